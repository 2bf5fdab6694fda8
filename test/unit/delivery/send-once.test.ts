import { describe, expect, it } from 'vitest';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { intercept } from '../../support/delivery/intercept.js';
import { entryOf, Recorder, statuses } from '../../support/delivery/recorder.js';

const guildId = '123456789012345678';

async function stored(store: MemoryStore): Promise<Record<string, string | null>> {
  const all: Record<string, string | null> = {};
  for await (const { code, source } of store.listSent(guildId)) all[code] = source;
  return all;
}

describe('new codes are sent and recorded, others are not', () => {
  it('one message has all new codes, in the spelling and order of the bot', async () => {
    const store = new MemoryStore();
    await store.markSent(guildId, ['old']);
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['b ', 'OLD', 'a'], source: 'api', send: recorder.send });
    expect(recorder.sent).toEqual([['b ', 'a']]);
    expect(await stored(store)).toEqual({ OLD: 'auto', B: 'api', A: 'api' });
    expect(statuses(report)).toEqual({ B: 'sent', OLD: 'already-sent', A: 'sent' });
    expect(report.counts).toMatchObject({ sent: 2, 'already-sent': 1, uncertain: 0, failed: 0, refused: 0 });
    expect(report.guildId).toBe(guildId);
  });

  it('a second call sends nothing and asks the store once', async () => {
    const store = new MemoryStore();
    await sendOnce(store, { guildId, codes: ['A'], send: new Recorder().send });
    const watched = intercept(store);
    const recorder = new Recorder();
    await sendOnce(watched, { guildId, codes: new Set(['a']), send: recorder.send });
    expect(recorder.sent).toEqual([]);
    expect(watched.calls).toEqual(['states']);
  });

  it('nothing offered is nothing asked', async () => {
    const watched = intercept(new MemoryStore());
    const report = await sendOnce(watched, { guildId, codes: [], send: new Recorder().send });
    expect(report.codes).toEqual([]);
    expect(watched.calls).toEqual([]);
  });

  it('a code that somebody claims at this moment is reported as held elsewhere', async () => {
    const store = new MemoryStore();
    await store.claim(guildId, ['A']);
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A', 'B'], send: recorder.send });
    expect(recorder.sent).toEqual([['B']]);
    expect(statuses(report)).toEqual({ A: 'held-elsewhere', B: 'sent' });
  });

  it('a code that is taken between the look-up and the claim is not sent, and the report says which way it went', async () => {
    const inner = new MemoryStore();
    const store = intercept(inner, {
      claim: async (claim, guild, codes, options) => {
        await inner.claim(guild, ['A']);
        await inner.markSent(guild, ['B']);
        await inner.release((await inner.claim(guild, ['C'])).claim!, 'uncertain');
        return claim(guild, codes, options);
      },
    });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A', 'B', 'C', 'D'], send: recorder.send });
    expect(recorder.sent).toEqual([['D']]);
    expect(statuses(report)).toEqual({ A: 'held-elsewhere', B: 'already-sent', C: 'uncertain', D: 'sent' });
  });

  it('send is told the guild, the message, the try and a signal, and the store has that message under the claim', async () => {
    const store = new MemoryStore({ randomId: () => 'id' });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId: 42n, codes: ['A'], send: recorder.send });
    expect(recorder.messages[0]?.context).toMatchObject({ guildId: '42', messageId: 'id', attempt: 1 });
    expect(recorder.messages[0]?.context.signal.aborted).toBe(false);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'sent', messageId: 'id', attempt: 1, leaseLost: false });
  });
});

describe('one message is one claim', () => {
  it('maxPerMessage splits, and only what was shown is marked', async () => {
    const inner = new MemoryStore();
    await inner.markSent(guildId, ['C2']);
    const claims: number[] = [];
    const store = intercept(inner, {
      claim: (claim, guild, codes, options) => {
        claims.push([...codes].length);
        return claim(guild, codes, options);
      },
    });
    const recorder = new Recorder(({ attempt }, items) => {
      expect(attempt).toBe(1);
      if (items.includes('C4')) throw new Error('no');
    });
    const codes = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6'];
    const report = await sendOnce(store, { guildId, codes, maxPerMessage: 2, send: recorder.send });
    expect(recorder.sent).toEqual([['C1', 'C3'], ['C4', 'C5'], ['C6']]);
    expect(claims).toEqual([2, 2, 1]);
    expect(new Set(recorder.messages.map(({ context }) => context.messageId)).size).toBe(3);
    expect(Object.keys(await stored(inner)).sort()).toEqual(['C1', 'C2', 'C3', 'C6']);
    expect(statuses(report)).toMatchObject({ C1: 'sent', C4: 'uncertain', C5: 'uncertain', C6: 'sent' });
  });

  it("messages: 'each' sends every code by itself", async () => {
    const recorder = new Recorder();
    await sendOnce(new MemoryStore(), { guildId, codes: ['A', 'B'], messages: 'each', send: recorder.send });
    expect(recorder.sent).toEqual([['A'], ['B']]);
  });

  it('no code is claimed while an earlier message is being sent', async () => {
    const store = new MemoryStore();
    const seen: Record<string, string>[] = [];
    const recorder = new Recorder(async () => {
      seen.push(Object.fromEntries(await store.states(guildId, ['A', 'B', 'C'])));
    });
    await sendOnce(store, { guildId, codes: ['A', 'B', 'C'], messages: 'each', send: recorder.send });
    expect(seen).toEqual([
      { A: 'claimed', B: 'absent', C: 'absent' },
      { A: 'sent', B: 'claimed', C: 'absent' },
      { A: 'sent', B: 'sent', C: 'claimed' },
    ]);
  });
});

describe('objects of the bot go through to send', () => {
  interface Gift {
    readonly code: string;
    readonly reward: number;
  }

  it('send gets the very objects, the first of those with the same code', async () => {
    const gifts: Gift[] = [
      { code: 'a', reward: 1 },
      { code: 'B', reward: 2 },
      { code: 'A ', reward: 3 },
    ];
    const recorder = new Recorder<Gift>();
    const report = await sendOnce(new MemoryStore(), { guildId, codes: gifts, codeOf: (gift) => gift.code, send: recorder.send });
    expect(recorder.messages[0]?.items[0]).toBe(gifts[0]);
    expect(recorder.sent).toEqual([[gifts[0], gifts[1]]]);
    expect(report.codes.map(({ item, repeat, status }) => ({ item, repeat, status }))).toEqual([
      { item: gifts[0], repeat: false, status: 'sent' },
      { item: gifts[1], repeat: false, status: 'sent' },
      { item: gifts[2], repeat: false, status: 'same-code' },
    ]);
    expect(report.counts.sent).toBe(2);
  });

  it('the identity is the one of the store', async () => {
    const store = new MemoryStore({ identity: { name: 'exact', normalize: (code) => code } });
    const recorder = new Recorder();
    await sendOnce(store, { guildId, codes: ['a', 'A'], send: recorder.send });
    expect(recorder.sent).toEqual([['a', 'A']]);
  });
});

describe('one bad code does not silence a bot', () => {
  it('a malformed code is refused with its reason, and the rest goes out', async () => {
    const recorder = new Recorder();
    const codes = ['A', '  ', 'x'.repeat(2000), '\ud800', 7 as unknown as string, null as unknown as string, 'B'];
    const report = await sendOnce(new MemoryStore(), { guildId, codes, send: recorder.send });
    expect(recorder.sent).toEqual([['A', 'B']]);
    expect(report.counts).toMatchObject({ sent: 2, refused: 5 });
    const refused = report.codes.filter((entry) => entry.status === 'refused');
    expect(refused.map(({ error }) => [error.code, error.argument])).toEqual(
      [1, 2, 3, 4, 5].map((index) => ['INVALID_CODE', `codes[${index}]`]),
    );
    expect(refused.map(({ code }) => code)).toEqual([null, null, null, null, null]);
  });

  it('a code at which the identity of the store throws is refused', async () => {
    const store = new MemoryStore({ identity: { name: 'url', normalize: (code) => new URL(code).href } });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['http://a', 'no url'], send: recorder.send });
    expect(recorder.sent).toEqual([['http://a']]);
    expect(report.codes[1]).toMatchObject({ status: 'refused', error: { code: 'INVALID_CODE', argument: 'codes[1]' } });
  });

  it('an object without a code, or one at which codeOf throws, is refused', async () => {
    const recorder = new Recorder<{ code?: { text: string } }>();
    const items = [{}, { code: { text: 'A' } }];
    const report = await sendOnce(new MemoryStore(), {
      guildId,
      codes: items,
      codeOf: (item) => item.code!.text,
      send: recorder.send,
    });
    expect(recorder.sent).toEqual([[items[1]]]);
    expect(report.codes[0]).toMatchObject({ status: 'refused', item: items[0] });
    expect(report.codes[0]?.status === 'refused' && report.codes[0].error.cause).toBeInstanceOf(TypeError);
  });
});

describe('what cannot work is refused before anything is written', () => {
  const send = new Recorder().send;
  it.each([
    ['a number as guild id', { guildId: 5 as unknown as string }, 'INVALID_GUILD_ID'],
    ['a guild id with a colon', { guildId: 'a:b' }, 'INVALID_GUILD_ID'],
    ['a lone string of codes', { codes: 'ABC' as unknown as string[] }, 'INVALID_CODES'],
    ['a lease that is too short', { leaseMs: 10 }, 'INVALID_OPTION'],
    ['maxPerMessage 0', { maxPerMessage: 0 }, 'INVALID_OPTION'],
    ['an empty source', { source: '' }, 'INVALID_OPTION'],
    ['a word that is no policy', { onUncertain: 'drop' as 'hold' }, 'INVALID_OPTION'],
    ['a word that is no first run', { firstRun: 'skip' as 'send' }, 'INVALID_OPTION'],
    ['an option that does not exist', { nonsense: 1 }, 'INVALID_OPTION'],
    ['no send', { send: undefined as unknown as typeof send }, 'INVALID_OPTION'],
  ])('%s', async (_, wrong, code) => {
    const store = intercept(new MemoryStore());
    await expect(sendOnce(store, { guildId, codes: ['A'], send, ...wrong })).rejects.toMatchObject({ code });
    expect(store.calls).toEqual([]);
  });

  it('a store without claims: CLAIMS_UNSUPPORTED, saying what to use', async () => {
    const store = intercept(new MemoryStore());
    Object.defineProperty(store, 'supports', { value: { ...store.supports, claims: false } });
    const attempt = sendOnce(store, { guildId, codes: ['A'], send });
    await expect(attempt).rejects.toMatchObject({ code: 'CLAIMS_UNSUPPORTED' });
    await expect(attempt).rejects.toThrow(/MongoStore/);
    expect(store.calls).toEqual([]);
  });

  it('a store that fails before the first message: the call rejects with its error, and nothing was sent', async () => {
    const failure = new Error('away');
    const recorder = new Recorder();
    for (const method of ['states', 'claim'] as const) {
      const store = intercept(new MemoryStore(), { [method]: () => Promise.reject(failure) });
      await expect(sendOnce(store, { guildId, codes: ['A'], send: recorder.send })).rejects.toBe(failure);
    }
    expect(recorder.sent).toEqual([]);
  });

  it('a store that fails after a message: the report tells of the message, and the other codes failed', async () => {
    const failure = new Error('away');
    let claims = 0;
    const store = intercept(new MemoryStore(), {
      claim: (claim, ...args) => ((claims += 1) === 2 ? Promise.reject(failure) : claim(...args)),
    });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes: ['A', 'B', 'C'], messages: 'each', send: recorder.send });
    expect(recorder.sent).toEqual([['A']]);
    expect(statuses(report)).toEqual({ A: 'sent', B: 'failed', C: 'failed' });
    expect(entryOf(report, 'C')).toMatchObject({ reason: 'store', error: failure, permanent: false });
  });
});

describe('a dry run writes and sends nothing', () => {
  it('it says what would be sent', async () => {
    const inner = new MemoryStore();
    await inner.markSent(guildId, ['A']);
    await inner.release((await inner.claim(guildId, ['C'])).claim!, 'uncertain');
    const store = intercept(inner);
    const recorder = new Recorder();
    const options = { guildId, codes: ['A', 'B', 'C', ''], send: recorder.send, dryRun: true };
    expect(statuses(await sendOnce(store, options))).toEqual({
      A: 'already-sent',
      B: 'would-send',
      C: 'uncertain',
      null: 'refused',
    });
    expect(statuses(await sendOnce(store, { ...options, onUncertain: 'retry' }))).toMatchObject({ C: 'would-send' });
    expect(recorder.sent).toEqual([]);
    expect(new Set(store.calls)).toEqual(new Set(['states', 'listUncertain']));
  });
});
