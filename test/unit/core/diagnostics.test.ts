import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { FallbackStore, JsonFileStore, MemoryStore, sendOnce, type StoreCall } from 'sent-code-store';
import { expect, it, onTestFinished } from 'vitest';
import { traced } from '../../../src/core/traced.js';
import { primitivesOf } from '../../../src/core/primitives-of.js';

/** What a channel tells from here on. */
function heard(name: string): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [];
  const onEvent = (event: unknown): void => void events.push(event as Record<string, unknown>);
  subscribe(name, onEvent);
  onTestFinished(() => void unsubscribe(name, onEvent));
  return events;
}

it('message: what sendOnce tells its caller, with the name of the store', async () => {
  const events = heard('sent-code-store:message');
  const store = new MemoryStore({ name: 'codes' });
  await sendOnce(store, { guildId: '1', codes: ['A'], send: async () => undefined });
  expect(events).toMatchObject([{ store: 'codes', type: 'message', guildId: '1', codes: ['A'], outcome: { status: 'sent' } }]);
});

it('claim: what a claim got, and what became of it', async () => {
  const events = heard('sent-code-store:claim');
  const store = new MemoryStore({ name: 'codes' });
  await store.claim('1', ['A']);
  const { claim } = await store.claim('1', ['A', 'B']);
  await store.release(claim!, 'uncertain');
  expect(events).toMatchObject([
    { type: 'claim', store: 'codes', guildId: '1', codes: 1, won: 1 },
    { type: 'claim', codes: 1, won: 1 },
    { type: 'release', messageId: claim!.messageId, codes: 1, outcome: 'uncertain' },
  ]);
});

it('store: opened, closed, and what could not be opened', async () => {
  const events = heard('sent-code-store:store');
  const store = new MemoryStore({ name: 'codes' });
  await store.ping();
  await store.close();
  await new JsonFileStore({ path: '/no/such/folder/sent.json', name: 'file' }).ping().catch(() => undefined);
  expect(events).toMatchObject([
    { type: 'opened', store: 'codes' },
    { type: 'closed', store: 'codes' },
    { type: 'open-failed', store: 'file', error: { code: 'STORE_IO' } },
  ]);
});

it('fallback: what a chain tells, with its name', async () => {
  const events = heard('sent-code-store:fallback');
  const store = new FallbackStore([new MemoryStore(), new MemoryStore({ name: 'beside' })], { name: 'chain' });
  await store.filterUnsent('1', ['A']);
  await store.close();
  expect(events).toContainEqual({ chain: 'chain', type: 'guild-copied', store: 'beside', guildId: '1', records: 0 });
});

it('call: each call of a store, with its error', async () => {
  const ended = endedCalls();
  const store = new MemoryStore({ name: 'codes' });
  await store.markSent('1', ['A', 'B']);
  const failure = new Error('away');
  const broken = traced({ ...primitivesOf(store)!, readRecords: () => Promise.reject(failure) }, 'broken');
  await expect(broken.readRecords([])).rejects.toBe(failure);
  expect(ended).toMatchObject([
    { store: 'codes', operation: 'read', codes: 2 },
    { store: 'codes', operation: 'mark', codes: 2 },
    { store: 'broken', operation: 'read', codes: 0, error: failure },
  ]);
});

it('call and claim: the steps of an owner, with what it lost, and what has no codes', async () => {
  const events = heard('sent-code-store:claim');
  const ended = endedCalls();
  const store = new MemoryStore({ name: 'codes' });
  const { claim } = await store.claim('1', ['A', 'B']);
  await store.renew(claim!);
  await store.release(claim!, 'not-sent', ['B']);
  await store.renew(claim!).catch(() => undefined);
  await store.confirm(claim!);
  await store.forget('1', ['A']);
  await store.clearGuild('1');
  await store.ping();
  const own = { store: 'codes', guildId: '1', messageId: claim!.messageId };
  expect(events.slice(1)).toEqual([
    { type: 'renew', ...own, codes: 2, lost: 0 },
    { type: 'release', ...own, codes: 1, outcome: 'not-sent' },
    { type: 'renew', ...own, codes: 2, lost: 1 },
    { type: 'confirm', ...own, codes: 2, lost: 1 },
  ]);
  expect(ended.map(({ operation, codes }) => [operation, codes])).toEqual([
    ['read', 2],
    ['claim', 2],
    ['renew', 2],
    ['release', 1],
    ['renew', 2],
    ['confirm', 2],
    ['remove', 1],
    ['removeGuild', 0],
    ['ping', 0],
  ]);
});

it('without a subscriber a call is the call itself', () => {
  expect(channel('sent-code-store:claim').hasSubscribers).toBe(false);
  const store = primitivesOf(new MemoryStore())!;
  const answer = Promise.resolve([]);
  const all = traced({ ...store, readRecords: () => answer, claimRecords: () => answer, settleRecords: () => answer }, 'x');
  expect(all.readRecords([])).toBe(answer);
  expect(all.claimRecords({ guildId: '1', leaseMs: 0, ageMs: 0, holds: [] })).toBe(answer);
  expect(all.settleRecords([])).toBe(answer);
});

/** The calls of stores that end from now on, until the test is over. */
function endedCalls(): StoreCall[] {
  const ended: StoreCall[] = [];
  const calls = { asyncEnd: (call: StoreCall) => void ended.push(call) } as never;
  tracingChannel('sent-code-store:call').subscribe(calls);
  onTestFinished(() => {
    tracingChannel('sent-code-store:call').unsubscribe(calls);
  });
  return ended;
}
