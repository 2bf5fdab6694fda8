import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import type { SentCodeStore } from '../../../src/contract/store.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { Recorder } from '../../support/delivery/recorder.js';

type Reset = (guildId: string, repost: boolean) => Promise<unknown>;
type Make = (store: SentCodeStore, findGifts: () => Promise<{ code: string }[]>) => Reset;

const guildId = 'g';

/** The very function of the bot in docs/discord.md. */
const documented: Make = (store, findGifts) => {
  const page = readFileSync(new URL('../../../docs/discord.md', import.meta.url), 'utf8');
  const [source = ''] = /^async function forgetCodes[^]*?^}$/m.exec(page) ?? [];
  const target = ts.ScriptTarget.ES2022;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target } });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text of our own page
  return (new Function('store', 'findGifts', `${outputText}; return forgetCodes;`) as Make)(store, findGifts);
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
): Promise<{ posts: string[]; steps: number; store: MemoryStore }> {
  const inner = new MemoryStore();
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

describe('/giftcode_reset as documented, while another process makes rounds', () => {
  it('forgets what is gone, and posts nothing of today; what is new is posted once, whenever it comes', async () => {
    const { steps } = await resetAmongRounds(documented, false, Infinity);
    expect(steps).toBeGreaterThan(8);
    for (let newAt = 0; newAt < steps; newAt += 1) {
      const { posts, store } = await resetAmongRounds(documented, false, newAt);
      // What appears between two steps may also be taken for a code of today, which is not posted.
      expect([[], ['N']], `N appears at step ${newAt}`).toContainEqual(posts);
      expect(Object.fromEntries(await store.states(guildId, ['A', 'B', 'OLD', 'N']))).toEqual({
        A: 'sent',
        B: 'sent',
        OLD: 'absent',
        N: 'sent',
      });
    }
  });

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
