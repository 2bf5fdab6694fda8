import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

type Entry = Readonly<Record<string, unknown>>;
interface Entries {
  readonly root: typeof import('../../src/index.js');
  readonly store: typeof import('../../src/store.js');
  readonly conformance: typeof import('../../src/conformance/index.js');
  readonly discord: typeof import('../../src/platforms/discord/index.js');
}

const require = createRequire(import.meta.url);
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const asModule = async (path: string): Promise<Entry> => (await import(`${dist}${path}.js`)) as Entry;
const asCommonJs = async (path: string): Promise<Entry> => require(`${dist}${path}.cjs`) as Entry;

async function load(entry: (path: string) => Promise<Entry>): Promise<Entries> {
  return {
    root: await entry('index'),
    store: await entry('store'),
    conformance: await entry('conformance/index'),
    discord: await entry('platforms/discord/index'),
  } as unknown as Entries;
}

describe.for([
  ['ES modules', asModule],
  ['CommonJS', asCommonJs],
] as const)('the entry points as %s', ([, entry]) => {
  it('export the same thing under the same name', async () => {
    const { root, store } = await load(entry);
    const shared = Object.entries(store as Entry).filter(([name]) => name in root);
    expect(shared.length).toBeGreaterThan(8);
    for (const [name, value] of shared) expect((root as Entry)[name], name).toBe(value);
  });

  it('have one base of stores: a store of an author is a member of a chain', async () => {
    const { root, store } = await load(entry);
    const { MemoryStore, FallbackStore } = root;
    expect(new MemoryStore()).toBeInstanceOf(store.AbstractSentCodeStore);
    const chain = new FallbackStore([new MemoryStore({ name: 'first' }), new MemoryStore({ name: 'second' })]);
    expect(chain).toBeInstanceOf(store.AbstractSentCodeStore);
    await chain.close();
  });

  it('throw one error class', async () => {
    const { root, store, conformance, discord } = await load(entry);
    const thrown = [
      await new root.MemoryStore().filterUnsent('', []).catch((error: unknown) => error),
      await new (class extends root.MemoryStore {})().isSent('1', '').catch((error: unknown) => error),
      await conformance.runConformance({} as never).catch((error: unknown) => error),
      await Promise.resolve(undefined as never)
        .then(discord.discordNonce)
        .catch((error: unknown) => error),
    ];
    for (const error of thrown) {
      expect(error).toBeInstanceOf(root.InvalidInputError);
      expect(error).toBeInstanceOf(store.SentCodeStoreError);
    }
  });
});
