import type { CodeState } from '../contract/types.js';
import type { ClaimResult } from '../contract/claims.js';
import type { Run } from './delivery-context.js';
import { makeReport, type SendReport } from './report.js';
import type { CodeOutcome, FailedOutcome } from './outcomes.js';

/** What became of each offered code in one guild. Codes are identities. */
export class GuildOutcomes<T> {
  readonly #run: Run<T>;
  readonly #guildId: string;
  readonly #outcomes = new Map<string, CodeOutcome>();

  constructor(run: Run<T>, guildId: string) {
    this.#run = run;
    this.#guildId = guildId;
  }

  /** Offered codes without an outcome so far: free ones. */
  get open(): string[] {
    return [...this.#run.offer.codes.keys()].filter((code) => !this.has(code));
  }

  /** Whether a code has an outcome. */
  has(code: string): boolean {
    return this.#outcomes.has(code);
  }

  /** Gives codes an outcome. */
  set(codes: Iterable<string>, outcome: CodeOutcome): void {
    for (const code of codes) this.#outcomes.set(code, outcome);
  }

  /** Gives the codes that are offered an outcome. */
  setOffered(codes: readonly string[], outcome: CodeOutcome): void {
    this.set(this.offered(codes), outcome);
  }

  /** Reports codes that are not free. */
  setKnown(states: ReadonlyMap<string, CodeState>): void {
    for (const [code, state] of states) {
      if (state === 'sent') this.#outcomes.set(code, { status: 'already-sent' });
      if (state === 'claimed') this.#outcomes.set(code, { status: 'held-elsewhere' });
      if (state === 'uncertain') this.#outcomes.set(code, { status: 'uncertain', reason: 'held' });
    }
  }

  /** Reports codes that a claim did not get. */
  setUnclaimed({ alreadySent, heldElsewhere, uncertain }: ClaimResult): void {
    this.set(this.identities(alreadySent), { status: 'already-sent' });
    this.set(this.identities(heldElsewhere), { status: 'held-elsewhere' });
    this.set(this.identities(uncertain), { status: 'uncertain', reason: 'held' });
  }

  /**
   * Gives a failure as the reason for all that was not tried: free codes, and with `retry` the
   * uncertain messages, but for those that a pause explains.
   */
  setUntried(failure: FailedOutcome): void {
    this.set(this.open, failure);
    if (this.#run.options.onUncertain !== 'retry') return;
    for (const [code, outcome] of this.#outcomes) {
      if (outcome.status !== 'uncertain' || outcome.reason !== 'held') continue;
      if ('error' in outcome || outcome.detail !== undefined) continue;
      this.#outcomes.set(code, { ...outcome, error: failure.error });
    }
  }

  /** Takes the outcome of codes back: they are free. */
  clear(codes: Iterable<string>): void {
    for (const code of codes) this.#outcomes.delete(code);
  }

  /** The identities of spellings. */
  identities(spellings: readonly string[]): string[] {
    return spellings.map((spelling) => this.#run.offer.identityOf(spelling));
  }

  /** The codes that are offered. */
  offered(codes: readonly string[]): string[] {
    return codes.filter((code) => this.#run.offer.codes.has(code));
  }

  /** The report of the guild. */
  report(): SendReport<T> {
    return makeReport(this.#guildId, this.#run.offer.report(this.#outcomes));
  }
}
