import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FallbackStore, JsonFileStore } from 'sent-code-store';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { newChain, type TestChain } from '../../support/fallback/chain.js';
import { Disk, DiskStore } from '../../support/fallback/disk-store.js';
import { interceptedFiles, type OnCall } from '../../support/json-file/intercepted-files.js';
import { FOLD_NEVER } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

/** From the next call on, `count` calls of members have their effect, and none after them. Tells whether the process died so. */
function dieAfter(chain: TestChain, count: number): () => boolean {
  let left = count;
  const before = (): void => {
    left -= 1;
    if (left < 0) throw new Error('the process is dead');
  };
  for (const disk of [chain.first, ...chain.mirrors]) disk.before = before;
  return () => {
    for (const disk of [chain.first, ...chain.mirrors]) disk.before = () => undefined;
    return left < 0;
  };
}

/** What a process does until it dies; resolves to the codes that it was told are marked. */
interface Life {
  readonly prepare: (chain: TestChain, store: FallbackStore) => Promise<readonly string[]>;
  readonly run: (store: FallbackStore) => Promise<readonly string[]>;
}

const lives: Record<string, Life> = {
  'a mark while the first store is away': {
    prepare: async ({ first }, store) => {
      await store.filterUnsent('1', ['X']);
      first.fault = 'reject';
      return [];
    },
    run: async (store) => (await store.markSent('1', ['A', 'B'])).marked,
  },
  'a mark that the first store takes and does not answer': {
    prepare: async ({ first }, store) => {
      await store.filterUnsent('1', ['X']);
      first.fault = 'lost-answer';
      return [];
    },
    run: async (store) => (await store.markSent('1', ['A', 'B'])).marked,
  },
  'a mark while all stores answer': {
    prepare: async (_, store) => {
      await store.filterUnsent('1', ['X']);
      return [];
    },
    run: async (store) => (await store.markSent('1', ['A', 'B'])).marked,
  },
  'the first mark of all': {
    prepare: async () => [],
    run: async (store) => (await store.markSent('1', ['A', 'B'])).marked,
  },
  'a claim and its confirmation while the first store is away': {
    prepare: async ({ first }, store) => {
      await store.filterUnsent('1', ['X']);
      first.fault = 'reject';
      return [];
    },
    run: async (store) => {
      const { claim } = await store.claim('1', ['A', 'B']);
      return claim === undefined ? [] : [...(await store.confirm(claim)).marked];
    },
  },
  'a replay': {
    prepare: async ({ first }, store) => {
      await store.filterUnsent('1', ['X']);
      first.fault = 'reject';
      await store.markSent('1', ['A']);
      const { claim } = await store.claim('1', ['B', 'C']);
      await store.release(claim!, 'not-sent', ['C']);
      await store.confirm(claim!, ['B']);
      first.heal();
      return ['A', 'B'];
    },
    run: async (store) => {
      await store.ping();
      return [];
    },
  },
  'a copy into a first store that was wiped': {
    prepare: async ({ first }, store) => {
      await store.markSent('1', ['A', 'B']);
      first.wipe();
      return ['A', 'B'];
    },
    run: async (store) => {
      await store.ping();
      return [];
    },
  },
};

async function dies(life: Life, count: number, mirrors: number, isAway: boolean): Promise<boolean> {
  const chain = newChain(mirrors);
  const store = chain.start();
  const prepared = await life.prepare(chain, store);
  const isDead = dieAfter(chain, count);
  const told = await life.run(store).catch(() => []);
  const died = isDead();
  const marked = [...prepared, ...told];
  chain.first.heal();
  if (isAway) chain.first.fault = 'reject';
  let next = chain.start();
  // In an outage everything may be held; nothing that was marked may be offered, or come to be.
  const offered = await next.filterUnsent('1', ['A', 'B', 'NEW']).catch((error: unknown) => {
    if (isAway && (error as { code?: string }).code === 'NOT_AUTHORITATIVE') return [];
    throw error;
  });
  expect(offered.filter((code) => marked.includes(code))).toEqual([]);
  chain.first.heal();
  next = chain.start();
  await next.ping();
  expect(next.status().state).toBe('healthy');
  expect(await next.filterUnsent('1', [...marked, 'NEW'])).toEqual(['NEW']);
  expect(marked.filter((code) => !chain.first.isSent('1', code))).toEqual([]);
  return died;
}

describe('A mark of an outage', () => {
  it('is in no mirror without its entry, whatever step a process dies after', async () => {
    const seen = new Set<string>();
    for (let count = 0, died = true; died; count += 1) {
      const chain = newChain(2);
      const store = chain.start();
      await store.filterUnsent('1', ['X']);
      chain.first.fault = 'reject';
      await store.markSent('1', ['DOWN']);
      const isDead = dieAfter(chain, count);
      await store.markSent('1', ['A', 'B']).catch(() => undefined);
      died = isDead();
      for (const { metadata, records } of chain.mirrors) {
        const isMarked = records.get('1')?.get('A')?.state === 'sent';
        const isRemembered = [...metadata].some(([key, text]) => key.startsWith('fallback:pending:') && text.includes('"A"'));
        seen.add(`${isRemembered ? 'entry' : 'none'}, ${isMarked ? 'mark' : 'none'}`);
      }
    }
    expect([...seen].toSorted()).toEqual(['entry, mark', 'entry, none', 'none, none']);
  });

  it('is one line and one sync in a JSON file, with its entry', async () => {
    const calls: string[] = [];
    let fails = false;
    const look: OnCall = ({ name }) => {
      calls.push(name);
      if (fails && name === 'write') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    };
    const folder = tempFolder();
    const seams = { ...FOLD_NEVER, files: interceptedFiles(look) };
    const mirror = new JsonFileStore(withTestSeams({ path: join(folder, 'sent.json') }, seams));
    const disk = new Disk();
    const store = new FallbackStore([new DiskStore(disk, 'shared', { name: 'first' }), mirror]);
    onTestFinished(() => store.close());
    await store.filterUnsent('1', ['X']);
    disk.fault = 'reject';
    await store.markSent('1', ['DOWN']);
    calls.length = 0;
    expect(await store.markSent('1', ['A', 'B'])).toEqual({ marked: ['A', 'B'], alreadySent: [] });
    expect(calls).toEqual(['write', 'sync']);
    const last = (): string => readFileSync(join(folder, 'sent.json.journal.1'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
    expect(last()).toMatch(/"changes":\[\["1",\[\["A",.*"metadata":\[\["fallback:pending:/);
    fails = true;
    await expect(store.markSent('1', ['C'])).rejects.toMatchObject({ code: 'ALL_STORES_FAILED' });
    expect(last()).not.toContain('"C"');
  });
});

describe('An acknowledged mark survives a crash after each step', () => {
  for (const [name, life] of Object.entries(lives)) {
    it.each([
      [1, false],
      [1, true],
      [2, false],
      [2, true],
    ])(`of ${name}, with %i mirrors (first store away at the restart: %s)`, async (mirrors, isAway) => {
      let count = 0;
      while (await dies(life, count, mirrors, isAway)) count += 1;
      expect(count).toBeGreaterThan(1);
    });
  }
});
