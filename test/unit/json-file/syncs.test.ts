import { describe, expect, it } from 'vitest';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import type { TestSeams } from '../../../src/stores/json-file/test-seams.js';
import { type FileCall, interceptedFiles } from '../../support/json-file/intercepted-files.js';
import { FOLD_NEVER, makeStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

describe('the number of syncs', () => {
  it('is one for a lone mark', async () => {
    const { store, calls } = await counted();
    await store.markSent('1', ['A', 'B', 'C']);
    expect(calls).toEqual(['write', 'sync']);
  });

  it('is at most two for 64 marks of one tick', async () => {
    const { store, calls } = await counted();
    const codes = Array.from({ length: 64 }, (_, index) => `CODE${index}`);
    const results = await Promise.all(codes.map((code) => store.markSent('1', [code])));
    expect(results.every(({ marked }) => marked.length === 1)).toBe(true);
    expect(calls.filter((name) => name === 'sync').length).toBeLessThanOrEqual(2);
  });

  it('is one for a batch of many guilds', async () => {
    const { store, calls } = await counted();
    await store.markSentMany(Array.from({ length: 90 }, (_, guild) => ({ guildId: `${guild}`, codes: ['A', 'B'] })));
    expect(calls).toEqual(['write', 'sync']);
  });

  it('is none for a mark of known codes', async () => {
    const { store, calls } = await counted();
    await store.markSent('1', ['A', 'B']);
    calls.length = 0;
    expect(await store.markSent('1', ['a', 'B'])).toEqual({ marked: [], alreadySent: ['a', 'B'] });
    expect(calls).toEqual([]);
  });

  it('is one for a claim, none for its renewal, one for its confirmation', async () => {
    const { store, calls } = await counted();
    const { claim } = await store.claim('1', ['A', 'B']);
    expect(calls).toEqual(['write', 'sync']);
    await store.renew(claim!);
    expect(calls).toEqual(['write', 'sync']);
    await store.confirm(claim!);
    expect(calls).toEqual(['write', 'sync', 'write', 'sync']);
  });

  it('is two for each message of a delivery: its claim and its confirmation', async () => {
    const { store, calls } = await counted();
    const codes = Array.from({ length: 1000 }, (_, index) => `CODE${index}`);
    const { counts } = await sendOnce(store, { guildId: '1', codes, maxPerMessage: 25, send: async () => undefined });
    expect(counts.sent).toBe(1000);
    expect(calls.filter((name) => name === 'sync')).toHaveLength(2 * 40);
  });

  it('is none for filterUnsent, which reads no file either', async () => {
    let reads = 0;
    const folder = tempFolder();
    const counting = {
      ...nodeFileSystem,
      read: async (...call: Parameters<typeof nodeFileSystem.read>) => (reads++, nodeFileSystem.read(...call)),
    };
    const store = makeStore(folder, {}, { ...FOLD_NEVER, files: counting });
    await store.markSent('1', ['A']);
    reads = 0;
    expect(await store.filterUnsent('1', ['a', 'b'])).toEqual(['b']);
    expect(await store.filterUnsent('2', ['a'])).toEqual(['a']);
    expect(reads).toBe(0);
  });
});

describe('an answer', () => {
  it('does not rest on a mark whose sync is under way', async () => {
    const gate = gatedSyncs();
    const store = makeStore(tempFolder(), {}, { ...FOLD_NEVER, files: gate.files });
    await store.ping();
    gate.shut();
    const first = store.markSent('1', ['A']);
    await gate.reached;
    const second = store.markSent('1', ['A']);
    const filtered = store.filterUnsent('1', ['A']);
    expect(await Promise.race([second, filtered, tick()])).toBe('nothing yet');
    gate.open();
    expect(await first).toEqual({ marked: ['A'], alreadySent: [] });
    expect(await second).toEqual({ marked: [], alreadySent: ['A'] });
    expect(await filtered).toEqual([]);
  });

  it('is not given to a second caller of the same tick before the first one has its own', async () => {
    const gate = gatedSyncs();
    const store = makeStore(tempFolder(), {}, { ...FOLD_NEVER, files: gate.files });
    await store.ping();
    gate.shut();
    const both = [store.markSent('1', ['A']), store.markSent('1', ['A'])];
    await gate.reached;
    expect(await Promise.race([...both, tick()])).toBe('nothing yet');
    gate.open();
    expect(await Promise.all(both)).toEqual([
      { marked: ['A'], alreadySent: [] },
      { marked: [], alreadySent: ['A'] },
    ]);
  });

  it('does not wait for a sync that it does not rest on', async () => {
    const gate = gatedSyncs();
    const store = makeStore(tempFolder(), {}, { ...FOLD_NEVER, files: gate.files });
    await store.markSent('1', ['KNOWN']);
    gate.shut();
    const first = store.markSent('1', ['A']);
    await gate.reached;
    expect(await store.filterUnsent('1', ['KNOWN', 'NEW'])).toEqual(['NEW']);
    expect(await store.markSent('1', ['KNOWN'])).toEqual({ marked: [], alreadySent: ['KNOWN'] });
    gate.open();
    await first;
  });
});

async function counted(): Promise<{ store: ReturnType<typeof makeStore>; calls: FileCall['name'][] }> {
  const calls: FileCall['name'][] = [];
  const seams: Partial<TestSeams> = { ...FOLD_NEVER, files: interceptedFiles(({ name }) => calls.push(name)) };
  const store = makeStore(tempFolder(), {}, seams);
  await store.ping();
  calls.length = 0;
  return { store, calls };
}

function gatedSyncs(): { files: TestSeams['files']; shut: () => void; open: () => void; reached: Promise<void> } {
  let open: () => void = () => undefined;
  let gate: Promise<void> | undefined;
  let arrive: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  return {
    files: {
      ...nodeFileSystem,
      fdatasync: async (fd) => {
        if (gate !== undefined) arrive();
        await gate;
        await nodeFileSystem.fdatasync(fd);
      },
    },
    shut: () => {
      gate = new Promise((resolve) => (open = resolve));
    },
    open: () => open(),
    reached,
  };
}

/** Long enough for everything that needs no input or output. */
async function tick(): Promise<'nothing yet'> {
  await new Promise((resolve) => setImmediate(resolve));
  return 'nothing yet';
}
