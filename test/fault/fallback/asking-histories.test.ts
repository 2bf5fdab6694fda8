import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Claim, FallbackStore, SentCodeStore } from 'sent-code-store';
import { newChain, type TestChain } from '../../support/fallback/chain.js';

const LEASE_MS = 1000;
const CODES = ['A', 'B'];
const REFUSALS = ['NOT_AUTHORITATIVE', 'ALL_STORES_FAILED', 'STORE_UNAVAILABLE', 'LEASE_LOST', 'STORE_TIMEOUT'];

const pick = fc.nat(2);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim' as const), codes: fc.subarray(CODES, { minLength: 1 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('take' as const, 'ask' as const, 'ask' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('restart' as const), pick, target: fc.constantFrom('2', '3') }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constantFrom('not-sent' as const, 'uncertain' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('unsent' as const, 'renew' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('confirm' as const), pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, LEASE_MS + 1, 40_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('first' as const),
      fault: fc.constantFrom('none' as const, 'none' as const, 'reject' as const, 'lost-answer' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('mirror' as const),
      fault: fc.constantFrom('none' as const, 'none' as const, 'reject' as const, 'lost-answer' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'stranger' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Somebody who may be sending, or only asks. */
interface Owner {
  readonly store: SentCodeStore;
  claim: Claim;
  /** Until when its lease lives for certain. */
  until: number;
}

/** A time in which somebody may have sent a message, which may have arrived. */
interface Try {
  readonly owner: Owner;
  readonly codes: readonly string[];
  readonly messageId: string;
  readonly target: string | undefined;
  readonly begun: number;
  ended: number | undefined;
}

class World {
  readonly chain: TestChain;
  store: FallbackStore;
  owners: Owner[] = [];
  /** The tries that may have arrived. */
  tries: Try[] = [];
  /** The receipts that the first mark of a code may have. */
  readonly receipts = new Map<string, { readonly all: string[]; isKnown: boolean }>();
  #count = 0;
  #isForeign = false;
  #mirrorFailed = false;

  constructor(mirrors: number) {
    this.chain = newChain(mirrors);
    this.store = this.chain.start();
  }

  get now(): number {
    return this.chain.clock.monotonic();
  }

  async begin(): Promise<void> {
    await this.store.filterUnsent('1', CODES);
  }

  async do(step: Step): Promise<void> {
    try {
      await this.#do(step);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (!REFUSALS.includes(code ?? '') && !/refuses|lost the connection|dead/.test(message)) throw error;
    }
    await this.check();
  }

  async #do(step: Step): Promise<void> {
    const { chain, store } = this;
    switch (step.do) {
      case 'pass':
        chain.clock.advance(step.ms);
        return;
      case 'first':
        if (step.fault !== 'none') chain.first.fault = step.fault;
        else await this.#back();
        return;
      case 'mirror':
        if (step.fault !== 'none') this.#mirrorFailed = true;
        chain.mirrors[0]!.fault = step.fault;
        return;
      case 'crash':
        this.owners = this.owners.filter((owner) => owner.store !== store);
        for (const each of this.tries) if (each.owner.store === store) each.ended ??= this.now;
        this.store = chain.start();
        // The documented residue: a mirror's disk that fails, then a crash, then an outage.
        if (this.#mirrorFailed) await this.#back();
        return;
      case 'stranger': {
        // Only beside a process that sees it: two that are cut off from each other are the documented residue.
        await this.#back();
        const stranger = chain.stranger();
        for (const claim of await stranger.takeUncertain('1', { leaseMs: LEASE_MS, purpose: 'ask' })) {
          this.#isForeign = true;
          const owner = this.#granted(stranger, claim);
          await this.#restart(owner, '4');
        }
        await store.filterUnsent('1', CODES);
        return;
      }
      case 'claim': {
        const { claim } = await store.claim('1', step.codes, { leaseMs: LEASE_MS, target: '1' });
        if (claim === undefined) return;
        this.#mustBeFree(claim.codes);
        this.#try(this.#granted(store, claim));
        return;
      }
      case 'take':
        for (const claim of await store.takeUncertain('1', { leaseMs: LEASE_MS })) this.#try(this.#granted(store, claim));
        return;
      case 'ask':
        for (const claim of await store.takeUncertain('1', { leaseMs: LEASE_MS, purpose: 'ask' })) this.#granted(store, claim);
        return;
    }
    const owner = this.owners[this.owners.length - 1 - (step.pick % Math.max(this.owners.length, 1))];
    if (owner === undefined) return;
    const own = this.tries.filter((each) => each.owner === owner && each.ended === undefined);
    if (step.do === 'renew') {
      const until = this.now + LEASE_MS;
      await owner.store.renew(owner.claim);
      owner.until = until;
      return;
    }
    if (step.do === 'restart') return this.#restart(owner, step.target);
    this.owners = this.owners.filter((one) => one !== owner);
    for (const each of own) each.ended = Math.min(this.now, owner.until);
    if (step.do === 'confirm') {
      this.#count += 1;
      const receipt = `receipt ${this.#count}`;
      for (const code of owner.claim.codes) {
        const kept = this.receipts.get(code) ?? { all: [], isKnown: false };
        if (!kept.isKnown) kept.all.push(receipt);
        this.receipts.set(code, kept);
      }
      await owner.store.confirm(owner.claim, undefined, { receipt });
      for (const code of owner.claim.codes) this.receipts.get(code)!.isKnown = true;
      return;
    }
    if (step.do === 'not-sent') this.tries = this.tries.filter((each) => !own.includes(each));
    // What the platform says counts only while nobody else has the message.
    const isOwner = owner.until > this.now;
    if (step.do === 'unsent' && isOwner) this.#forgetTries(owner);
    if (step.do === 'unsent' && !isOwner) return;
    const isDown = chain.first.fault !== 'none' || chain.mirrors.some(({ fault }) => fault !== 'none');
    await owner.store.release(owner.claim, step.do);
    if (step.do === 'unsent' && isDown && owner.store === store) throw new Error('freed without a store');
  }

  async #restart(owner: Owner, target: string): Promise<void> {
    if (owner.until > this.now) this.#forgetTries(owner);
    else return;
    const until = this.now + LEASE_MS;
    owner.claim = await owner.store.restart(owner.claim, { target });
    owner.until = until;
    this.#try(owner);
  }

  /** The platform says that none of them arrived. */
  #forgetTries({ claim }: Owner): void {
    this.tries = this.tries.filter(({ messageId }) => messageId !== claim.messageId);
  }

  #granted(store: SentCodeStore, claim: Claim): Owner {
    for (const other of this.owners) {
      const both = claim.codes.filter((code) => other.claim.codes.includes(code));
      if (other.until > this.now && both.length > 0) throw new Error(`${both.join()} has two owners`);
    }
    const owner = { store, claim, until: this.now + LEASE_MS };
    this.owners.push(owner);
    return owner;
  }

  #try(owner: Owner): void {
    const { codes, messageId, target } = owner.claim;
    this.tries.push({ owner, codes, messageId, target, begun: this.now, ended: undefined });
  }

  #mustBeFree(codes: readonly string[]): void {
    for (const code of codes) {
      if (this.receipts.get(code)?.isKnown === true) throw new Error(`${code} was marked`);
      if (this.tries.some((each) => each.codes.includes(code))) throw new Error(`${code} may have arrived`);
    }
  }

  async #back(): Promise<void> {
    for (const disk of [this.chain.first, ...this.chain.mirrors]) disk.heal();
    for (let tries = 0; tries < 5; tries += 1) await this.store.ping();
    this.#mirrorFailed = false;
  }

  async check(): Promise<void> {
    const { first } = this.chain;
    if (first.fault === 'none' && this.store.status().state === 'healthy') await this.#checkTimes(this.chain.stranger());
    const free = await this.store.filterUnsent('1', CODES).catch(() => []);
    this.#mustBeFree(free);
    // What others did, or what a mirror missed, is not in the mirrors, which decide nothing then.
    if ((!this.#isForeign && !this.#mirrorFailed) || first.fault === 'none') await this.#checkTimes(this.store);
  }

  async #checkTimes(store: SentCodeStore): Promise<void> {
    const listed = [];
    try {
      for await (const code of store.listUncertain('1')) listed.push(code);
    } catch {
      return;
    }
    for (const { code, messageId, target, ageMs, idleMs, attempt } of listed) {
      const tries = this.tries.filter((each) => each.codes.includes(code));
      const about = `${code}, try ${attempt}, seen by ${store.name} at ${this.now}`;
      for (const each of tries) {
        if (each.messageId !== messageId) throw new Error(`${about}: another message was tried`);
        const ended = Math.min(each.ended ?? Infinity, each.owner.until);
        if (ageMs !== null && this.now - ageMs > each.begun) throw new Error(`${about}: ${ageMs} ms old, begun ${each.begun}`);
        if (idleMs !== null && this.now - idleMs < ended) throw new Error(`${about}: over for ${idleMs} ms, ended ${ended}`);
        if ((target ?? undefined) !== each.target) throw new Error(`${about}: ${target} instead of ${each.target}`);
      }
    }
  }

  async end(): Promise<void> {
    await this.#back();
    expect(this.store.status().state).toBe('healthy');
    await this.check();
    const stranger = this.chain.stranger();
    const sent = await stranger.getSent('1', CODES);
    for (const [code, { all, isKnown }] of this.receipts) {
      if (isKnown) expect(all).toContain(sent.get(code)?.receipt);
    }
    // Whatever the first store has, the mirrors have.
    for (const mirror of this.chain.mirrors) {
      for (const code of CODES) expect(!this.chain.first.has('1', code) || mirror.has('1', code)).toBe(true);
    }
    await this.store.close();
  }
}

const runs = Number(process.env['ASKING_RUNS'] ?? 150);
const seed = Number(process.env['ASKING_SEED'] ?? 1);

it.each([1, 2])(
  'asking holds its promises through outages and crashes, with %i mirrors',
  async (mirrors) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
        const world = new World(mirrors);
        await world.begin();
        for (const one of steps) await world.do(one);
        await world.end();
      }),
      { numRuns: runs, seed },
    );
  },
  Math.max(120_000, runs * 100),
);
