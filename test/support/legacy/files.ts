import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** State files as real bots left them. */
export type FixtureName = 'nine-scopes-with-global' | 'one-guild-mixed-case' | 'three-scopes-empty-global' | 'two-guilds';

/** The text of a state file as a real bot left it. */
export function fixtureText(name: FixtureName): Promise<string> {
  return readFile(new URL(`../../fixtures/legacy-state/${name}.json`, import.meta.url), 'utf8');
}

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-legacy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of a `giftcode_state.json` with this content, in a folder of its own. */
export async function stateFile(content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'giftcode_state.json');
  await writeFile(path, content);
  return path;
}
