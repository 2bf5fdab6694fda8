import { describe, expect, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { giveWay, jittery, seeded } from '../../support/delivery/jitter.js';

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
const codes = ['ALPHA', 'BETA', 'GAMMA', 'DELTA', 'EPSILON'];
const guilds = ['g1', 'g2'];

/** What people see: how often each code was posted to each guild, and what a platform with nonces has seen of each message. */
class Board {
  readonly posts = new Map<string, number>();
  readonly #byNonce = new Map<string, string>();
  readonly #useNonce: boolean;
  constructor(useNonce: boolean) {
    this.#useNonce = useNonce;
  }

  post(guildId: string, messageId: string, items: readonly string[]): void {
    const text = items.map((item) => item.trim().toUpperCase()).join();
    const known = this.#byNonce.get(messageId);
    if (this.#useNonce && known !== undefined) {
      // A nonce that comes back with other codes would swallow them.
      expect(text).toBe(known);
      return;
    }
    this.#byNonce.set(messageId, text);
    for (const code of text.split(',')) this.posts.set(`${guildId}:${code}`, (this.posts.get(`${guildId}:${code}`) ?? 0) + 1);
  }

  get counts(): number[] {
    return guilds.flatMap((guildId) => codes.map((code) => this.posts.get(`${guildId}:${code}`) ?? 0));
  }
}

/** The codes as one of several bots writes and orders them. */
function variant(random: () => number): string[] {
  return [...codes].sort(() => random() - 0.5).map((code) => (random() < 0.5 ? ` ${code.toLowerCase()} ` : code));
}

/** Several bots offer every code to both guilds at once, each in its own way. */
async function offerAll(
  random: () => number,
  board: Board,
  options: { readonly onUncertain: 'hold' | 'retry'; readonly failures: number },
  inner: MemoryStore,
): Promise<void> {
  const classifyError = (error: unknown): 'not-sent' | 'uncertain' =>
    (error as Error).message === 'refused' ? 'not-sent' : 'uncertain';
  const bot = async (index: number): Promise<void> => {
    const store = jittery(inner, random);
    const send = async (items: string[], { guildId, messageId }: { guildId: string; messageId: string }): Promise<void> => {
      await giveWay(random);
      const fate = random();
      if (fate < options.failures / 3) throw new Error('refused');
      if (fate < (options.failures * 2) / 3) throw new Error('lost');
      board.post(guildId, messageId, items);
      await giveWay(random);
      if (fate < options.failures) throw new Error('reset after the post');
    };
    const shared = { send, classifyError, onUncertain: options.onUncertain, maxPerMessage: 1 + Math.floor(random() * 4) };
    if (index % 2 === 0) await announce(store, { ...shared, guilds, codes: variant(random), concurrency: 2 });
    else for (const guildId of guilds) await sendOnce(store, { ...shared, guildId, codes: variant(random) });
  };
  await Promise.all(Array.from({ length: 5 }, (_, index) => bot(index)));
}

describe('many senders of the same codes', () => {
  it.each(seeds)('without failures every code is posted once (seed %i)', async (seed) => {
    const store = new MemoryStore();
    const board = new Board(false);
    await offerAll(seeded(seed), board, { onUncertain: 'hold', failures: 0 }, store);
    expect(board.counts).toEqual(board.counts.map(() => 1));
    for (const guildId of guilds) expect((await store.stats(guildId)).total).toBe(codes.length);
  });

  it.each(seeds)('with failures and hold none is posted twice, and what was not posted is uncertain (seed %i)', async (seed) => {
    const random = seeded(seed);
    const store = new MemoryStore();
    const board = new Board(false);
    for (let round = 0; round < 10; round += 1) await offerAll(random, board, { onUncertain: 'hold', failures: 0.6 }, store);
    await offerAll(random, board, { onUncertain: 'hold', failures: 0 }, store);
    expect(Math.max(...board.counts)).toBe(1);
    for (const guildId of guilds) {
      const states = await store.states(guildId, codes);
      for (const [code, state] of states) {
        expect(state).not.toBe('absent');
        if (board.posts.get(`${guildId}:${code}`) === undefined) expect(state).toBe('uncertain');
      }
    }
  });

  it.each(seeds)('with failures, retry and nonces every code is posted once (seed %i)', async (seed) => {
    const random = seeded(seed);
    const store = new MemoryStore();
    const board = new Board(true);
    for (let round = 0; round < 6; round += 1) await offerAll(random, board, { onUncertain: 'retry', failures: 0.6 }, store);
    for (let round = 0; round < 2; round += 1) await offerAll(random, board, { onUncertain: 'retry', failures: 0 }, store);
    expect(board.counts).toEqual(board.counts.map(() => 1));
    for (const guildId of guilds) expect((await store.stats(guildId)).total).toBe(codes.length);
  });
});

describe('controls, which must show the fault that the others look for', () => {
  it('check, send, mark without claims posts codes twice', async () => {
    const store = new MemoryStore();
    const board = new Board(false);
    const random = seeded(1);
    const bot = async (): Promise<void> => {
      const slow = jittery(store, random);
      for (const code of await slow.filterUnsent('g1', variant(random))) {
        await giveWay(random);
        board.post('g1', 'no nonce', [code]);
        await slow.markSent('g1', [code]);
      }
    };
    await Promise.all([bot(), bot(), bot()]);
    expect(Math.max(...board.counts)).toBeGreaterThan(1);
  });

  it('retry without nonces posts codes twice', async () => {
    const twice: number[] = [];
    for (const seed of seeds.slice(0, 20)) {
      const random = seeded(seed);
      const store = new MemoryStore();
      const board = new Board(false);
      for (let round = 0; round < 6; round += 1) await offerAll(random, board, { onUncertain: 'retry', failures: 0.6 }, store);
      if (Math.max(...board.counts) > 1) twice.push(seed);
    }
    expect(twice.length).toBeGreaterThan(10);
  });
});
