import fc, { type Scheduler } from 'fast-check';
import { expect, it } from 'vitest';
import type { Claim, FallbackStore } from 'sent-code-store';
import { FallbackStore as Chain } from '../../../src/stores/fallback/fallback-store.js';
import { Disk, DiskStore } from '../../support/fallback/disk-store.js';
import { ManualClock } from '../../support/stores/manual-clock.js';

const LEASE_MS = 1000;
const CODES = ['A'];
const REFUSALS = ['NOT_AUTHORITATIVE', 'ALL_STORES_FAILED', 'STORE_UNAVAILABLE', 'LEASE_LOST'];

type Action =
  | 'claim'
  | 'take'
  | 'ask'
  | 'renew'
  | 'restart'
  | 'not-sent'
  | 'uncertain'
  | 'unsent'
  | 'confirm'
  | 'mark'
  | 'read'
  | 'ping'
  | 'expire'
  | 'break first'
  | 'break mirror'
  | 'mend first'
  | 'mend mirror';

const caller = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Action>('take', 'take', 'ask', 'claim') },
    { weight: 5, arbitrary: fc.constantFrom<Action>('renew', 'restart', 'not-sent', 'uncertain', 'unsent', 'confirm') },
    { weight: 1, arbitrary: fc.constantFrom<Action>('mark', 'read', 'ping') },
  ),
  { minLength: 1, maxLength: 4 },
);
const bystander = fc.array(fc.constantFrom<Action>('mark', 'read', 'ping'), { minLength: 1, maxLength: 2 });
const world = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<Action>('expire') },
    { weight: 6, arbitrary: fc.constantFrom<Action>('break first', 'mend first') },
    { weight: 1, arbitrary: fc.constantFrom<Action>('break mirror', 'mend mirror') },
  ),
  { minLength: 0, maxLength: 5 },
);

interface Owner {
  readonly claim: Claim;
  /** Until when its lease lives for certain: from the beginning of the call that granted or renewed it. */
  until: number;
}

/** A time in which somebody may have sent a message, by the clock of the stores. */
interface Try {
  readonly begun: number;
  readonly owner: Owner;
  ended?: number;
}

/** One process with a chain, whose calls and changes of state come in the order under test. */
class Process {
  readonly clock = new ManualClock();
  readonly first = new Disk();
  readonly mirror = new Disk();
  readonly store: FallbackStore;
  /** Owners that may be sending at this moment. */
  readonly owners = new Set<Owner>();
  readonly violations: string[] = [];
  /** The tries of each message that may have arrived. */
  readonly #tries = new Map<string, Try[]>();
  #mended = 0;
  readonly #scheduler: Scheduler;
  readonly #broken = new Set<Disk>();
  #scheduled = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    const { clock } = this;
    for (const [disk, name] of [
      [this.first, 'first'],
      [this.mirror, 'mirror'],
    ] as const) {
      disk.before = async (step) => {
        await this.#turn(`${name} begins ${step}`);
        if (this.#broken.has(disk)) throw new Error(`${name} is broken`);
      };
      disk.after = (step) => this.#turn(`${name} answers ${step}`);
    }
    this.store = new Chain(
      [
        new DiskStore(this.first, 'shared', { clock, name: 'first' }),
        new DiskStore(this.mirror, 'mirror', { clock, name: 'mirror' }),
      ],
      { clock, leaseMs: LEASE_MS, operationTimeoutMs: 60_000, probeAfterMs: 0 },
    );
  }

  /** One message that somebody owns, or that is uncertain, or none; all of it copied. Answers with its owner. */
  async begin(state: 'claimed' | 'uncertain' | 'absent'): Promise<Owner[]> {
    await this.store.filterUnsent('1', CODES);
    const own: Owner[] = [];
    if (state !== 'absent') {
      const until = this.clock.monotonic() + LEASE_MS;
      const { claim } = await this.store.claim('1', CODES);
      const owner = this.#granted(claim!, until, own);
      this.#begun(owner);
      if (state === 'uncertain') await this.#do('uncertain', own);
    }
    this.#scheduled = true;
    return own;
  }

  async run(actions: readonly Action[], own: Owner[] = []): Promise<void> {
    for (const action of actions) {
      await this.#turn(action);
      try {
        await this.#do(action, own);
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (!REFUSALS.includes(code ?? '') && !message.endsWith('is broken')) throw error;
      }
    }
  }

  async settle(): Promise<void> {
    this.#scheduled = false;
    this.#broken.clear();
    await this.store.ping();
    await this.store.filterUnsent('1', CODES);
    await this.#checkTimes();
    for (const code of CODES) {
      if (this.first.has('1', code) && !this.mirror.has('1', code)) this.violations.push(`the mirror lacks ${code}`);
    }
    await this.store.close();
  }

  /** A message is told no younger than it is, and its last try over for no longer than it is. */
  async #checkTimes(): Promise<void> {
    const now = this.clock.monotonic();
    for await (const { messageId, ageMs, idleMs } of this.store.listUncertain('1')) {
      const tries = this.#tries.get(messageId) ?? [];
      const begun = Math.min(...tries.map((each) => each.begun));
      const ended = Math.max(...tries.map((each) => Math.min(each.ended ?? Infinity, each.owner.until)));
      if (ageMs !== null && now - ageMs > begun) this.violations.push(`${ageMs} ms old instead of ${now - begun}`);
      if (idleMs !== null && now - idleMs < ended) this.violations.push(`over for ${idleMs} ms instead of ${now - ended}`);
    }
  }

  async #turn(label: string): Promise<void> {
    if (this.#scheduled) await this.#scheduler.schedule(Promise.resolve(), label);
  }

  async #do(action: Action, own: Owner[]): Promise<void> {
    const { store } = this;
    const until = this.clock.monotonic() + LEASE_MS;
    const owner = own[0];
    switch (action) {
      case 'claim': {
        const { claim } = await store.claim('1', CODES);
        if (claim !== undefined) this.#begun(this.#granted(claim, until, own));
        return;
      }
      case 'take':
        for (const claim of await store.takeUncertain('1')) this.#begun(this.#granted(claim, until, own));
        return;
      case 'ask':
        for (const claim of await store.takeUncertain('1', { purpose: 'ask' })) this.#granted(claim, until, own);
        return;
      case 'mark':
        await store.markSent('2', ['X']);
        return;
      case 'read':
        await store.filterUnsent('1', CODES);
        return;
      case 'ping':
        await store.ping();
        return;
      case 'expire':
        this.clock.advance(LEASE_MS + 1);
        return;
      case 'break first':
      case 'break mirror':
        this.#broken.add(action === 'break first' ? this.first : this.mirror);
        return;
      case 'mend first':
      case 'mend mirror':
        this.#mended += 1;
        this.#broken.delete(action === 'mend first' ? this.first : this.mirror);
        return;
    }
    if (owner === undefined) return;
    if (action === 'restart') {
      // The platform said that nothing arrived before.
      this.#tries.delete(owner.claim.messageId);
      await store.restart(owner.claim);
      this.#begun(this.#granted(owner.claim, until, [], owner));
      return;
    }
    if (action === 'renew') {
      await store.renew(owner.claim);
      this.#granted(owner.claim, until, [], owner);
      return;
    }
    own.shift();
    this.owners.delete(owner);
    for (const each of this.#tries.get(owner.claim.messageId) ?? []) {
      if (each.owner === owner) each.ended ??= this.clock.monotonic();
    }
    const [broken, mended] = [this.#broken.size, this.#mended];
    if (action === 'confirm') await store.confirm(owner.claim);
    else await store.release(owner.claim, action);
    if (action === 'unsent' && broken > 0 && mended === this.#mended) this.violations.push('freed without a store');
  }

  #begun(owner: Owner): void {
    const { messageId } = owner.claim;
    this.#tries.set(messageId, [...(this.#tries.get(messageId) ?? []), { begun: this.clock.monotonic(), owner }]);
  }

  #granted(claim: Claim, until: number, own: Owner[], owner: Owner = { claim, until }): Owner {
    const now = this.clock.monotonic();
    owner.until = until;
    if (until <= now) return owner;
    for (const other of this.owners) {
      if (other === owner || other.until <= now) continue;
      const both = claim.codes.filter((code) => other.claim.codes.includes(code));
      if (both.length > 0) this.violations.push(`${both.join()} has two owners`);
    }
    this.owners.add(owner);
    own.push(owner);
    return owner;
  }
}

const runs = Number(process.env['INTERLEAVING_RUNS'] ?? 300);
// The same orders in every run. A longer search takes another seed.
const seed = Number(process.env['INTERLEAVING_SEED'] ?? 2);

it(
  'a code has one owner in a process, whatever calls cross whatever change of state',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.constantFrom('claimed' as const, 'uncertain' as const, 'absent' as const),
        fc.array(caller, { minLength: 2, maxLength: 3 }),
        bystander,
        world,
        async (scheduler, state, [owner = [], ...callers], other, changes) => {
          const subject = new Process(scheduler);
          const own = await subject.begin(state);
          const others = [...callers, other, ['break first' as const, ...changes]];
          await scheduler.waitFor(Promise.all([subject.run(owner, own), ...others.map((actions) => subject.run(actions))]));
          await scheduler.waitFor(subject.settle());
          expect(subject.violations).toEqual([]);
        },
      ),
      { numRuns: runs, seed },
    );
  },
  Math.max(120_000, runs * 100),
);
