import { describe, expect, it } from 'vitest';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { deferred } from '../../support/delivery/deferred.js';
import { intercept } from '../../support/delivery/intercept.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { entryOf, Recorder } from '../../support/delivery/recorder.js';

const guildId = 'g';
const codes = ['A'];

/** A send that succeeds when the test says so. */
function gatedSend(): { readonly send: () => Promise<void>; readonly finish: () => void } {
  const gate = deferred();
  return { send: () => gate.promise, finish: () => gate.resolve() };
}

describe('a lease is renewed while send runs', () => {
  it('at every third of it, so that nobody takes the code over however long it takes', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const renewals: number[] = [];
    const start = time.now();
    const store = intercept(inner, {
      renew: (renew, claim) => {
        renewals.push(time.now() - start);
        return renew(claim);
      },
    });
    const { send, finish } = gatedSend();
    const delivery = sendOnce(store, { guildId, codes, leaseMs: 3000, send, clock: time, schedule: time.schedule });
    await time.pass(10_500);
    expect(renewals).toEqual([1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
    expect((await inner.states(guildId, codes)).get('A')).toBe('claimed');
    finish();
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'sent', leaseLost: false });
    expect(time.waiting).toBe(0);
  });

  it("the store's own lease is the measure where none is given", async () => {
    const time = new ManualTime();
    const store = intercept(new MemoryStore({ clock: time, leaseMs: 6000 }));
    const { send, finish } = gatedSend();
    const delivery = sendOnce(store, { guildId, codes, send, clock: time, schedule: time.schedule });
    await time.pass(1999);
    expect(store.calls).not.toContain('renew');
    await time.pass(1);
    expect(store.calls).toContain('renew');
    finish();
    await delivery;
  });

  it('a slow renewal is not overlapped by the next, and its end is waited for before the message is recorded', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    let running = 0;
    let most = 0;
    const answer = deferred();
    const store = intercept(inner, {
      renew: async (renew, claim) => {
        most = Math.max(most, (running += 1));
        await answer.promise;
        running -= 1;
        return renew(claim);
      },
      confirm: (confirm, ...args) => {
        expect(running).toBe(0);
        return confirm(...args);
      },
    });
    const { send, finish } = gatedSend();
    const delivery = sendOnce(store, { guildId, codes, leaseMs: 3000, send, clock: time, schedule: time.schedule });
    await time.pass(2500);
    expect(most).toBe(1);
    finish();
    await time.pass(0);
    expect(store.calls).not.toContain('confirm');
    answer.resolve();
    await delivery;
    expect(most).toBe(1);
    expect(store.calls.at(-1)).toBe('confirm');
    expect(time.waiting).toBe(0);
  });

  it('a renewal that fails is told to onEvent and tried again a third later', async () => {
    const time = new ManualTime();
    const failure = new Error('away');
    let tries = 0;
    const store = intercept(new MemoryStore({ clock: time }), {
      renew: (renew, claim) => ((tries += 1) === 1 ? Promise.reject(failure) : renew(claim)),
    });
    const events: unknown[] = [];
    const { send, finish } = gatedSend();
    const options = { guildId, codes, leaseMs: 3000, send, clock: time, schedule: time.schedule };
    const delivery = sendOnce(store, { ...options, onEvent: (event) => events.push(event) });
    await time.pass(2000);
    expect(tries).toBe(2);
    expect(events).toMatchObject([{ type: 'renew-failed', error: failure, codes: ['A'], attempt: 1 }]);
    finish();
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'sent', leaseLost: false });
  });
});

describe('an owner whose lease was taken over and whose send succeeded', () => {
  it('still records it as sent, is told, and asks for no further renewal', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner);
    const { send, finish } = gatedSend();
    const seen: AbortSignal[] = [];
    const delivery = sendOnce(store, {
      guildId,
      codes,
      leaseMs: 3000,
      send: (_, { signal }) => (seen.push(signal), send()),
      clock: time,
      schedule: time.schedule,
    });
    await time.pass(0);
    time.stop(3000);
    const [taken] = await inner.takeUncertain(guildId);
    expect(taken?.attempt).toBe(2);
    await time.pass(5000);
    expect(store.calls.filter((call) => call === 'renew')).toHaveLength(1);
    expect(seen[0]?.aborted).toBe(false);
    finish();
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'sent', leaseLost: true });
    expect(await inner.isSent(guildId, 'A')).toBe(true);
  });

  it('is told also if the other one recorded it first', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const { send, finish } = gatedSend();
    const delivery = sendOnce(inner, { guildId, codes, leaseMs: 3000, send, clock: time, schedule: time.schedule });
    await time.pass(0);
    time.stop(3000);
    const [taken] = await inner.takeUncertain(guildId);
    await time.pass(1000);
    await inner.confirm(taken!);
    finish();
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'sent', leaseLost: true });
  });

  it('is told also if no renewal has noticed it', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const { send, finish } = gatedSend();
    const delivery = sendOnce(inner, { guildId, codes, leaseMs: 3000, send, clock: time, schedule: time.schedule });
    await time.pass(0);
    time.stop(3000);
    await inner.takeUncertain(guildId);
    finish();
    expect(entryOf(await delivery, 'A')).toMatchObject({ status: 'sent', leaseLost: true });
  });

  it('and one whose send failed leaves the new owner alone', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const gate = deferred();
    const options = { guildId, codes, leaseMs: 3000, classifyError: () => 'not-sent' as const };
    const delivery = sendOnce(inner, { ...options, send: () => gate.promise, clock: time, schedule: time.schedule });
    await time.pass(0);
    time.stop(3000);
    await inner.takeUncertain(guildId);
    gate.reject(new Error('no'));
    await delivery;
    expect((await inner.states(guildId, codes)).get('A')).toBe('claimed');
  });
});

describe('a process that was stopped between claim and send', () => {
  it('does not send if its lease was taken over meanwhile', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      claim: async (claim, ...args) => {
        const result = await claim(...args);
        time.stop(60_000);
        await inner.takeUncertain(guildId);
        return result;
      },
    });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes, send: recorder.send, clock: time, schedule: time.schedule });
    expect(recorder.sent).toEqual([]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', reason: 'lease-lost', error: { code: 'LEASE_LOST' } });
    expect((await inner.states(guildId, codes)).get('A')).toBe('claimed');
  });

  it('does not send a code that was decided meanwhile, and lets go of the others', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      claim: async (claim, ...args) => {
        const result = await claim(...args);
        time.stop(60_000);
        await inner.resolveUncertain(guildId, ['A'], 'sent');
        return result;
      },
    });
    const recorder = new Recorder();
    const options = { guildId, codes: ['A', 'B'], send: recorder.send, clock: time, schedule: time.schedule };
    expect(entryOf(await sendOnce(store, options), 'B')).toMatchObject({ status: 'failed', reason: 'lease-lost' });
    expect(recorder.sent).toEqual([]);
    expect(Object.fromEntries(await inner.states(guildId, ['A', 'B']))).toEqual({ A: 'sent', B: 'absent' });
  });

  it('renews and sends if it still has the lease', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      claim: async (claim, ...args) => {
        const result = await claim(...args);
        time.stop(70_000);
        return result;
      },
    });
    const report = await sendOnce(store, { guildId, codes, send: new Recorder().send, clock: time, schedule: time.schedule });
    expect(entryOf(report, 'A')).toMatchObject({ status: 'sent', leaseLost: false });
    expect(store.calls).toEqual(['states', 'claim', 'renew', 'confirm']);
  });

  it('does not send if it was stopped again while it renewed, for a lease or longer', async () => {
    const time = new ManualTime();
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      claim: async (claim, ...args) => {
        const result = await claim(...args);
        time.stop(30_000);
        return result;
      },
      renew: async (renew, claim) => {
        const renewed = await renew(claim);
        time.stop(60_000);
        await inner.takeUncertain(guildId);
        return renewed;
      },
    });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes, send: recorder.send, clock: time, schedule: time.schedule });
    expect(recorder.sent).toEqual([]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', reason: 'lease-lost', error: { code: 'LEASE_LOST' } });
    expect((await inner.states(guildId, codes)).get('A')).toBe('claimed');
  });

  it('does not send if the store cannot say', async () => {
    const time = new ManualTime();
    const away = new Error('away');
    const inner = new MemoryStore({ clock: time });
    const store = intercept(inner, {
      claim: async (claim, ...args) => {
        const result = await claim(...args);
        time.stop(20_000);
        return result;
      },
      renew: () => Promise.reject(away),
    });
    const recorder = new Recorder();
    const report = await sendOnce(store, { guildId, codes, send: recorder.send, clock: time, schedule: time.schedule });
    expect(recorder.sent).toEqual([]);
    expect(entryOf(report, 'A')).toMatchObject({ status: 'failed', reason: 'store', error: away });
    expect((await inner.states(guildId, codes)).get('A')).toBe('absent');
  });
});
