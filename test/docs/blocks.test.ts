import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docBlocks, exampleBlocks } from '../support/doc-blocks.js';
import { freshDatabase, mongoUri } from '../tools/mongo/connect.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = docBlocks(root);
const examples = exampleBlocks(root);
/** What the bot has that an example calls something with. */
const exampleWorld = `
declare global {
  const store: import('sent-code-store').SentCodeStore;
  const guildId: string;
  const chatId: string;
  const codes: string[];
  function findCodes(): Promise<string[]>;
  const claim: import('sent-code-store').Claim;
  const client: import('discord.js').Client;
  const channel: { readonly id: string; readonly guildId: string; send(message: unknown): Promise<{ readonly id: string }> };
  const bot: { readonly api: { sendMessage(chatId: string, text: string): Promise<unknown> } };
}
export {};
`;
// Inside the project, so that a block finds the packages that a reader would have installed.
const folder = join(root, '.test-results', 'doc-blocks');
const tsconfig = join(folder, 'tsconfig.json');
const fileOf = (index: number): string => join(folder, `block-${index}.mts`);
const scriptOf = (index: number): string => join(folder, 'scripts', `block-${index}.mjs`);
const exampleFileOf = (index: number): string => join(folder, `example-${index}.mts`);

describe('every TypeScript block of README and docs, and every example in src', () => {
  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [index, block] of blocks.entries()) writeFileSync(fileOf(index), block.code);
    for (const [index, { code }] of examples.entries()) writeFileSync(exampleFileOf(index), `${code}export {};\n`);
    writeFileSync(join(folder, 'world.d.mts'), exampleWorld);
    writeFileSync(
      tsconfig,
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { noUnusedLocals: false },
        include: ['*.mts'],
      }),
    );
    await build({
      entryPoints: blocks.map((_, index) => fileOf(index)),
      outdir: join(folder, 'scripts'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      splitting: true,
      tsconfig,
      logLevel: 'error',
    });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('exists', () => {
    expect(blocks.map((block) => block.where)).toContainEqual(expect.stringMatching(/^README\.md:/));
    expect(examples.map((example) => example.where)).toContainEqual(expect.stringMatching(/^src\/contract\/store\.ts:/));
  });

  it('compiles', async () => {
    const tsc = join(root, 'node_modules/typescript7/bin/tsc');
    const outcome = await run(process.execPath, [tsc, '-p', tsconfig, '--pretty', 'false']).catch(
      (error: unknown) => error as { stdout: string },
    );
    const readable = outcome.stdout
      .replaceAll(/block-(\d+)\.mts/g, (name, index: string) => blocks[Number(index)]?.where ?? name)
      .replaceAll(/example-(\d+)\.mts/g, (name, index: string) => examples[Number(index)]?.where ?? name);
    expect(readable).toBe('');
  }, 120_000);

  it.each(blocks.map((block, index) => ({ ...block, index })))(
    'runs: $where',
    async ({ index }) => {
      const workFolder = mkdtempSync(join(tmpdir(), 'sent-code-store-docs-'));
      const uri = new URL(mongoUri());
      uri.pathname = freshDatabase();
      // What a block leaves in the folder for temporary files goes with it.
      const env = { ...process.env, MONGODB_URI: uri.href, DISCORD_TOKEN: '', TMPDIR: workFolder };
      try {
        await run(process.execPath, [scriptOf(index)], {
          cwd: workFolder,
          env,
          timeout: 60_000,
        });
      } finally {
        rmSync(workFolder, { recursive: true, force: true });
      }
    },
    90_000,
  );
});
