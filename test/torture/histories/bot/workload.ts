import type { Claim, ClaimResult, SentCodeStore, TakenClaim, UncertainCode } from 'sent-code-store';
import type { Random } from '../../random.js';
import type { Method } from '../history.js';
import type { Recorder } from '../recorder.js';
import { baselineGuildOf, codeOf, FORGETTING_GUILD, GUILDS, LEASES_MS, oldestAfter, WINDOW } from './config.js';

/** How often each kind of step is chosen, in proportion. */
const WEIGHTS = {
  mark: 3,
  markMany: 1,
  filter: 4,
  filterMany: 1,
  claim: 14,
  own: 30,
  take: 12,
  resolve: 4,
  states: 2,
  statesMany: 1,
  isSent: 1,
  getSent: 1,
  listSent: 1,
  listGuilds: 0.5,
  stats: 1,
  baseline: 1,
  forget: 2,
  clearGuild: 0.4,
  ping: 0.3,
} as const;
type Step = keyof typeof WEIGHTS;
const STEPS = Object.entries(WEIGHTS) as [Step, number][];
const TOTAL = STEPS.reduce((sum, [, weight]) => sum + weight, 0);

/** Makes random calls on a store, those of a bot and of the people who look after it. */
export class Workload {
  readonly #store: SentCodeStore;
  readonly #recorder: Recorder;
  readonly #random: Random;
  readonly #callsBefore: number;
  /** Claims that no call is under way for. */
  #claims: Claim[] = [];

  constructor(store: SentCodeStore, recorder: Recorder, random: Random, callsBefore: number) {
    this.#store = store;
    this.#recorder = recorder;
    this.#random = random;
    this.#callsBefore = callsBefore;
  }

  /** One call, or two that belong together. */
  async step(): Promise<void> {
    const random = this.#random;
    const guild = random.pick(GUILDS);
    const codes = this.#codes();
    const batch = (): object[] => [guild, random.pick(GUILDS)].map((guildId) => ({ guildId, codes: this.#codes() }));
    const leaseMs = random.pick(LEASES_MS);
    switch (this.#chooseStep()) {
      case 'mark':
        return void (await this.#call('markSent', (id) => [guild, codes, { source: id }]));
      case 'markMany':
        return void (await this.#call('markSentMany', (id) => [batch(), { source: id }]));
      case 'filter':
        return void (await this.#call('filterUnsent', () => [guild, codes]));
      case 'filterMany':
        return void (await this.#call('filterUnsentMany', () => [batch()]));
      case 'claim': {
        const result = (await this.#call('claim', () => [guild, codes, { leaseMs }])) as ClaimResult | undefined;
        if (result?.claim !== undefined) this.#claims.push(result.claim);
        return;
      }
      case 'own':
        return this.#ownStep();
      case 'take': {
        const purpose = random.pick(['retry', 'ask']);
        const taken = (await this.#call('takeUncertain', () => [guild, { leaseMs, purpose }])) as TakenClaim[] | undefined;
        this.#claims.push(...(taken ?? []));
        return;
      }
      case 'resolve':
        return this.#resolve(guild);
      case 'states':
        return void (await this.#call('states', () => [guild, codes]));
      case 'statesMany':
        return void (await this.#call('statesMany', () => [batch()]));
      case 'isSent':
        return void (await this.#call('isSent', () => [guild, codes[0]]));
      case 'getSent':
        return void (await this.#call('getSent', () => [guild, codes]));
      case 'listSent':
        return void (await this.#call('listSent', () => [guild]));
      case 'listGuilds':
        return void (await this.#call('listGuilds', () => []));
      case 'stats':
        return void (await this.#call('stats', () => [guild]));
      case 'baseline':
        return void (await this.#call('baseline', () => [baselineGuildOf(this.#oldest() >> 3), codes]));
      case 'forget':
        return void (await this.#call('forget', () => [FORGETTING_GUILD, codes]));
      case 'clearGuild':
        return void (await this.#call('clearGuild', () => [FORGETTING_GUILD]));
      case 'ping':
        return void (await this.#call('ping', () => []));
    }
  }

  /** A step of a claim's owner. Without a claim, none. */
  async #ownStep(): Promise<void> {
    const random = this.#random;
    const claim = this.#claims.splice(random.below(this.#claims.length), 1)[0];
    if (claim === undefined) return;
    const isAsked = ((claim as Partial<TakenClaim>).idleMs ?? null) !== null;
    const part = random.chance(0.2) ? claim.codes.slice(0, random.below(claim.codes.length) + 1) : undefined;
    const rest = part === undefined ? [] : claim.codes.slice(part.length);
    const chosen = random.fraction();
    if (chosen < 0.25) {
      const renewed = (await this.#call('renew', () => [claim])) as Claim | undefined;
      // An owner that was not answered may try again, and one that lost its lease may still confirm.
      this.#claims.push(renewed ?? claim);
      return;
    }
    if (isAsked && chosen < 0.5) {
      const anew = (await this.#call('restart', () => [claim])) as Claim | undefined;
      if (anew !== undefined) this.#claims.push(anew);
      return;
    }
    if (chosen < 0.65) {
      const confirmed = await this.#call('confirm', (id) => [claim, part, { source: id }]);
      // A bot that was not answered confirms again: the message went out.
      if (confirmed === undefined && random.chance(0.7)) this.#claims.push(claim);
    } else {
      const outcome = random.pick(['not-sent', 'uncertain', isAsked ? 'unsent' : 'not-sent']);
      const released = await this.#recorder.answered(this.#store, 'release', () => [claim, outcome, part]);
      // A task that was slow still has the claim, and goes on with it. Somebody else may own its codes by then.
      if (released && random.chance(0.5)) this.#claims.push(claim);
    }
    if (rest.length > 0) this.#claims.push({ ...claim, codes: rest });
  }

  /** Somebody looks at what is uncertain in a guild, and decides about some of it. */
  async #resolve(guild: string): Promise<void> {
    const random = this.#random;
    const listed = (await this.#call('listUncertain', () => [guild])) as UncertainCode[] | undefined;
    const chosen = listed?.[random.below(listed.length)];
    if (listed === undefined || chosen === undefined) return;
    const as = random.pick(['sent', 'not-sent']);
    const { messageId, attempt } = chosen;
    if (random.chance(0.5)) {
      await this.#call('resolveUncertain', () => [guild, [chosen.code], as, { messageId, attempt }]);
    } else {
      const codes = listed.filter((one) => one.messageId === messageId).map(({ code }) => code);
      await this.#call('resolveUncertain', () => [guild, codes, as]);
    }
  }

  #call(method: Method, args: (id: string) => readonly unknown[]): Promise<unknown> {
    return this.#recorder.call(this.#store, method, args);
  }

  #chooseStep(): Step {
    let at = this.#random.fraction() * TOTAL;
    return STEPS.find(([, weight]) => (at -= weight) < 0)?.[0] ?? 'claim';
  }

  #oldest(): number {
    return oldestAfter(this.#callsBefore + this.#recorder.calls);
  }

  /** One to three codes of those in play, each once. */
  #codes(): string[] {
    const count = 1 + this.#random.below(3);
    const codes = Array.from({ length: count }, () => codeOf(this.#oldest() + this.#random.below(WINDOW)));
    return [...new Set(codes)];
  }
}
