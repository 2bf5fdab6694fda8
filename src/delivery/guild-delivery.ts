import type { ClaimResult, CodeState } from '../contract/types.js';
import { chunksOf } from '../core/chunked.js';
import { makeBaseline, predictBaseline } from './first-run.js';
import { deliverMessage } from './message-delivery.js';
import { type CodeOutcome, type FailedOutcome, makeReport, type SendReport } from './report.js';
import { findUncertain, takeMessage, type UncertainMessage } from './uncertain-messages.js';
import { abortedOutcome, type Run } from './delivery-context.js';
import { momentOf } from './timers.js';

/**
 * Delivers the offered codes to one guild, message by message. The outcome of a message is recorded
 * before the next message is claimed, so a crash leaves at most one message uncertain.
 *
 * Rejects if the store fails before the first message. A later failure is part of the report,
 * because a rejection would lose the report.
 */
export async function deliverToGuild<T>(
  run: Run<T>,
  guildId: string,
  states: ReadonlyMap<string, CodeState>,
): Promise<SendReport<T>> {
  const delivery = new GuildDelivery(run, guildId, states);
  await (run.options.dryRun === true ? delivery.predict() : delivery.run());
  return delivery.report();
}

/** The report if the signal was aborted before the store was asked. */
export function reportAborted<T>(run: Run<T>, guildId: string): SendReport<T> {
  const outcome = abortedOutcome(run.signal);
  return makeReport(guildId, run.offer.report(new Map([...run.offer.codes.keys()].map((code) => [code, outcome]))));
}

/** The states of the offered codes by identity, from a store's answer by spelling. */
export function statesByIdentity<T>(run: Run<T>, states: ReadonlyMap<string, CodeState>): Map<string, CodeState> {
  return new Map([...states].map(([spelling, state]) => [run.offer.identityOf(spelling), state]));
}

class GuildDelivery<T> {
  readonly #run: Run<T>;
  readonly #guildId: string;
  readonly #states: ReadonlyMap<string, CodeState>;
  readonly #outcomes = new Map<string, CodeOutcome>();
  /** Whether something was recorded or sent, which a rejection would hide. */
  #begun = false;

  constructor(run: Run<T>, guildId: string, states: ReadonlyMap<string, CodeState>) {
    this.#run = run;
    this.#guildId = guildId;
    this.#states = states;
    for (const [code, state] of states) {
      if (state === 'sent') this.#outcomes.set(code, { status: 'already-sent' });
      if (state === 'claimed') this.#outcomes.set(code, { status: 'held-elsewhere' });
      if (state === 'uncertain') this.#outcomes.set(code, { status: 'uncertain', reason: 'held' });
    }
  }

  report(): SendReport<T> {
    return makeReport(this.#guildId, this.#run.offer.report(this.#outcomes));
  }

  async predict(): Promise<void> {
    const { firstRun = 'send' } = this.#run.options;
    if (firstRun !== 'send') {
      this.#setAll(await predictBaseline(this.#run, this.#guildId, this.#states), { status: 'would-baseline' });
    }
    for (const { codes, held } of await this.#uncertainMessages()) {
      this.#setOffered(codes, held === undefined ? { status: 'would-send' } : { status: 'uncertain', reason: held });
    }
    this.#setAll(this.#open(), { status: 'would-send' });
  }

  async run(): Promise<void> {
    try {
      await this.#firstRun();
      await this.#retry();
      await this.#sendNew();
      if (this.#run.signal.aborted) this.#setUntried(abortedOutcome(this.#run.signal));
    } catch (error) {
      if (!this.#begun) throw error;
      this.#setUntried({ status: 'failed', reason: 'store', error, permanent: false });
    }
  }

  async #firstRun(): Promise<void> {
    if ((this.#run.options.firstRun ?? 'send') === 'send' || this.#run.signal.aborted) return;
    const baseline = await makeBaseline(this.#run, this.#guildId, this.#states);
    this.#setAll(baseline, { status: 'baseline' });
    this.#begun ||= baseline.size > 0;
  }

  async #retry(): Promise<void> {
    for (const message of await this.#uncertainMessages()) {
      if (this.#run.signal.aborted) return;
      if (message.held !== undefined) {
        this.#setOffered(message.codes, { status: 'uncertain', reason: message.held });
        continue;
      }
      const claimedAt = momentOf(this.#run.clock);
      const claims = await takeMessage(this.#run, this.#guildId, message);
      this.#setAll(message.codes, { status: 'uncertain', reason: 'incomplete' });
      for (const claim of claims) {
        this.#begun = true;
        this.#setAll(this.#identities(claim.codes), await deliverMessage(this.#run, claim, claimedAt));
      }
    }
  }

  async #sendNew(): Promise<void> {
    const { messages = 'together', maxPerMessage = Infinity, leaseMs } = this.#run.options;
    const open = this.#open();
    for (const codes of chunksOf(open, messages === 'each' ? 1 : Math.min(maxPerMessage, Math.max(1, open.length)))) {
      if (this.#run.signal.aborted) break;
      const claimedAt = momentOf(this.#run.clock);
      const spellings = this.#run.offer.spellingsOf(codes);
      const result = await this.#run.store.claim(this.#guildId, spellings, leaseMs === undefined ? {} : { leaseMs });
      this.#setUnclaimed(result);
      if (result.claim === undefined) continue;
      this.#begun = true;
      this.#setAll(this.#identities(result.claimed), await deliverMessage(this.#run, result.claim, claimedAt));
    }
  }

  async #uncertainMessages(): Promise<UncertainMessage[]> {
    if (
      this.#run.options.onUncertain !== 'retry' ||
      this.#run.signal.aborted ||
      ![...this.#states.values()].includes('uncertain')
    )
      return [];
    return findUncertain(this.#run, this.#guildId);
  }

  #setUnclaimed({ alreadySent, heldElsewhere, uncertain }: ClaimResult): void {
    this.#setAll(this.#identities(alreadySent), { status: 'already-sent' });
    this.#setAll(this.#identities(heldElsewhere), { status: 'held-elsewhere' });
    this.#setAll(this.#identities(uncertain), { status: 'uncertain', reason: 'held' });
  }

  /** Offered codes without an outcome so far: free ones. */
  #open(): string[] {
    return [...this.#run.offer.codes.keys()].filter((code) => !this.#outcomes.has(code));
  }

  #identities(spellings: readonly string[]): string[] {
    return spellings.map((spelling) => this.#run.offer.identityOf(spelling));
  }

  #setOffered(codes: readonly string[], outcome: CodeOutcome): void {
    this.#setAll(
      codes.filter((code) => this.#run.offer.codes.has(code)),
      outcome,
    );
  }

  /**
   * Gives a failure as the reason for all that was not tried: free codes, and with `retry` the
   * uncertain messages.
   */
  #setUntried(failure: FailedOutcome): void {
    this.#setAll(this.#open(), failure);
    if (this.#run.options.onUncertain !== 'retry') return;
    for (const [code, outcome] of this.#outcomes) {
      if (outcome.status !== 'uncertain' || outcome.reason !== 'held' || 'error' in outcome) continue;
      this.#outcomes.set(code, { ...outcome, error: failure.error });
    }
  }

  #setAll(codes: Iterable<string>, outcome: CodeOutcome): void {
    for (const code of codes) this.#outcomes.set(code, outcome);
  }
}
