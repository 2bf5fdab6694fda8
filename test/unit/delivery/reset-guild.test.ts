import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { resetGuild } from '../../../src/core/reset-guild.js';
import { FallbackStore } from '../../../src/stores/fallback/fallback-store.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { deferred } from '../../support/delivery/deferred.js';
import { Recorder } from '../../support/delivery/recorder.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { mongoWorld } from '../../support/mongo-stores.js';
import { PlainListStore } from '../../support/stores/plain-list-store.js';

type Reset = (guildId: string, repost: boolean) => Promise<unknown>;
type Make = (store: SentCodeStore, findGifts: () => Promise<{ code: string }[]>) => Reset;

const guildId = 'g';

/** As the bot in docs/discord.md does it. */
const documented: Make = (store, findGifts) => async (guild, repost) => {
  const codesOfToday = async (): Promise<string[]> => (await findGifts()).map(({ code }) => code);
  return resetGuild(store, guild, { keep: repost ? [] : codesOfToday });
};

const clearFirst: Make = (store, findGifts) => async () => {
  const today = (await findGifts()).map(({ code }) => code);
  await store.clearGuild(guildId);
  await store.baseline(guildId, today);
};

/**
 * Resets a guild that was sent A and B of today and OLD, while another process makes a round before and after every step. At step
 * `newAt` the site publishes N. Gives what was posted, and the number of steps.
 */
async function resetAmongRounds(
  make: Make,
  repost: boolean,
  newAt: number,
  open: () => SentCodeStore | Promise<SentCodeStore> = () => new MemoryStore(),
): Promise<{ posts: string[]; steps: number; store: SentCodeStore }> {
  const inner = await open();
  await inner.markSent(guildId, ['A', 'B', 'OLD']);
  const recorder = new Recorder();
  let steps = 0;
  const site = (): string[] => (steps > newAt ? ['A', 'b', 'N'] : ['A', 'b']);
  const round = async (): Promise<void> => {
    steps += 1;
    await announce(inner, { guilds: [guildId], codes: site(), send: recorder.send, firstRun: 'baseline' });
  };
  const store = new Proxy<SentCodeStore>(inner, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (String(property).startsWith('list')) {
        return async function* (...args: unknown[]) {
          await round();
          yield* call(...args) as AsyncIterable<unknown>;
          await round();
        };
      }
      return async (...args: unknown[]): Promise<unknown> => {
        await round();
        const result = await call(...args);
        await round();
        return result;
      };
    },
  });
  const findGifts = async (): Promise<{ code: string }[]> => {
    await round();
    return site().map((code) => ({ code }));
  };
  await make(store, findGifts)(guildId, repost);
  await round();
  return { posts: recorder.sent.flat().map((code) => code.toUpperCase()), steps, store: inner };
}

/** Closed after the test. */
function opened<S extends SentCodeStore>(store: S): S {
  onTestFinished(() => store.close());
  return store;
}

const openJsonFile = (): JsonFileStore => opened(new JsonFileStore({ path: join(tempFolder(), 'sent.json') }));
const claiming: Readonly<Record<string, () => SentCodeStore | Promise<SentCodeStore>>> = {
  MemoryStore: () => new MemoryStore(),
  JsonFileStore: openJsonFile,
  FallbackStore: () => opened(new FallbackStore([new MemoryStore(), openJsonFile()])),
  MongoStore: async () => (await mongoWorld()).store,
};

describe('resetGuild while another process makes rounds', () => {
  it.each(Object.entries(claiming))(
    'forgets what is gone, and posts nothing of today; what is new is posted once, whenever it comes: %s',
    async (_, open) => {
      const { steps } = await resetAmongRounds(documented, false, Infinity, open);
      expect(steps).toBeGreaterThan(8);
      for (let newAt = 0; newAt < steps; newAt += 1) {
        const { posts, store } = await resetAmongRounds(documented, false, newAt, open);
        // What appears between two steps may also be taken for a code of today, which is not posted.
        expect([[], ['N']], `N appears at step ${newAt}`).toContainEqual(posts);
        expect(Object.fromEntries(await store.states(guildId, ['A', 'B', 'OLD', 'N']))).toEqual({
          A: 'sent',
          B: 'sent',
          OLD: 'absent',
          N: 'sent',
        });
      }
    },
    60_000,
  );

  it('with repost every code of today is posted once more', async () => {
    const { posts } = await resetAmongRounds(documented, true, Infinity);
    expect(posts.sort()).toEqual(['A', 'B']);
  });

  it('a code of today that the guild was not sent yet is not posted either', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['A', 'OLD']);
    const recorder = new Recorder();
    await documented(store, () => Promise.resolve([{ code: 'A' }, { code: 'T' }]))(guildId, false);
    await announce(store, { guilds: [guildId], codes: ['A', 'T'], send: recorder.send, firstRun: 'baseline' });
    expect(recorder.sent).toEqual([]);
  });

  it.each([false, true])('a guild that nothing is left of gets the next code (repost: %s)', async (repost) => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['OLD']);
    const recorder = new Recorder();
    await documented(store, () => Promise.resolve([]))(guildId, repost);
    await announce(store, { guilds: [guildId], codes: ['N'], send: recorder.send, firstRun: 'baseline' });
    expect(recorder.sent).toEqual([['N']]);
  });

  it('a code that somebody is sending at this moment stays, and is posted once', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['OLD']);
    const arrives = deferred();
    const recorder = new Recorder(() => arrives.promise);
    const offer = { guilds: [guildId], codes: ['A'], send: recorder.send };
    const round = announce(store, offer);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await resetGuild(store, guildId, { keep: [] })).toBe(1);
    arrives.resolve();
    await round;
    await announce(store, offer);
    expect(recorder.sent).toEqual([['A']]);
  });

  it('control: to clear the guild first posts the backlog', async () => {
    const inner = new MemoryStore();
    await inner.markSent(guildId, ['A']);
    const recorder = new Recorder();
    const store = new Proxy<SentCodeStore>(inner, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property !== 'baseline') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return async () => announce(inner, { guilds: [guildId], codes: ['A'], send: recorder.send });
      },
    });
    await clearFirst(store, () => Promise.resolve([{ code: 'A' }]))(guildId, false);
    expect(recorder.sent).toEqual([['A']]);
  });
});

describe('resetGuild', () => {
  const legacyStore = (): SentCodeStore => {
    let state: unknown = { sent: {} };
    return new LegacyAdapterStore({
      getState: async () => state,
      setState: async (next) => {
        state = next;
      },
    });
  };

  it.each<[string, () => SentCodeStore]>([
    ['PlainListStore', () => new PlainListStore()],
    ['LegacyAdapterStore', legacyStore],
  ])('works on a store without claims and metadata: %s', async (_, open) => {
    const store = open();
    await store.markSent(guildId, ['A', 'OLD']);
    expect(await resetGuild(store, guildId, { keep: new Set(['a', 'T']) })).toBe(1);
    expect([...(await store.states(guildId, ['A', 'T', 'OLD'])).values()]).toEqual(['sent', 'sent', 'absent']);
  });

  it('decides what is uncertain: kept codes become sent, others are forgotten', async () => {
    const store = new MemoryStore();
    const { claim } = await store.claim(guildId, ['A', 'B']);
    await store.release(claim!, 'uncertain');
    expect(await resetGuild(store, guildId, { keep: ['A'] })).toBe(1);
    expect([...(await store.states(guildId, ['A', 'B'])).values()]).toEqual(['sent', 'absent']);
  });

  it.each<[string, unknown, string]>([
    ['a malformed code', { keep: ['A', ' '] }, 'INVALID_CODE'],
    ['a lone string', { keep: 'ABC' }, 'INVALID_OPTION'],
    ['a function that gives no list', { keep: () => 'ABC' }, 'INVALID_CODES'],
    ['nothing', {}, 'INVALID_OPTION'],
  ])('refuses %s and changes nothing', async (_, options, code) => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['OLD']);
    await expect(resetGuild(store, guildId, options as never)).rejects.toMatchObject({ code });
    expect(await store.isSent(guildId, 'OLD')).toBe(true);
  });

  it('changes nothing if keep throws', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['OLD']);
    const error = new Error('the site is down');
    await expect(resetGuild(store, guildId, { keep: () => Promise.reject(error) })).rejects.toBe(error);
    expect(await store.isSent(guildId, 'OLD')).toBe(true);
  });
});
