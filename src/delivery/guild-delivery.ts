import type { ClaimResult, CodeState } from '../contract/types.js';
import { chunksOf } from '../core/chunked.js';
import { askMemoryOf } from './ask-memory.js';
import { decideByAsking } from './asked-message.js';
import { justLookedUp } from '../core/look-up-hint.js';
import { guardFlood } from './flood-guard.js';
import { type FirstRun, makeBaseline, predictBaseline } from './first-run.js';
import { deliverMessage, type MessageOutcome } from './message-delivery.js';
import { GuildPauses } from './pauses.js';
import { type CodeOutcome, type FailedOutcome, makeReport, type SendReport } from './report.js';
import { recordedReceipts } from './recorded-receipts.js';
import { findUncertain, type ListedMessage, takeMessage } from './uncertain-messages.js';
import { abortedOutcome, type Run } from './delivery-context.js';
import { elapsedSince, type Moment, momentOf } from './timers.js';

/**
 * Delivers the offered codes to one guild, message by message. The outcome of a message is recorded
 * before the next message is claimed, so a crash leaves at most one message uncertain.
 *
 * Rejects if the store fails before the first message. A later failure is part of the report,
 * because a rejection would lose the report.
 */
export async function deliverToGuild<T>(run: Run<T>, guildId: string, lookedUp: LookUp): Promise<SendReport<T>> {
  const delivery = new GuildDelivery(run, guildId, lookedUp);
  await (run.options.dryRun === true ? delivery.predict() : delivery.run());
  return delivery.report();
}

/** What a look-up found for a guild. */
export interface LookUp {
  /** By identity. */
  readonly states: ReadonlyMap<string, CodeState>;
  /** A moment before the store was asked. */
  readonly at: Moment;
}

/** The report if the signal was aborted before the store was asked. */
export function reportAborted<T>(run: Run<T>, guildId: string): SendReport<T> {
  const outcome = abortedOutcome(run.signal);
  return makeReport(guildId, run.offer.report(new Map([...run.offer.codes.keys()].map((code) => [code, outcome]))));
}

/** The states of the offered codes by identity, from a store's answer by spelling. */
export function statesByIdentity<T>(run: Run<T>, states: ReadonlyMap<string, CodeState>): Map<string, CodeState> {
  const byIdentity = new Map<string, CodeState>();
  for (const [spelling, state] of states) byIdentity.set(run.offer.identityOf(spelling), state);
  return byIdentity;
}

class GuildDelivery<T> {
  readonly #run: Run<T>;
  readonly #guildId: string;
  readonly #states: ReadonlyMap<string, CodeState>;
  readonly #lookedUpAt: Moment;
  readonly #pauses: GuildPauses<T>;
  readonly #outcomes = new Map<string, CodeOutcome>();
  /** Whether something was recorded or sent, which a rejection would hide. */
  #begun = false;

  constructor(run: Run<T>, guildId: string, { states, at }: LookUp) {
    this.#run = run;
    this.#guildId = guildId;
    this.#states = states;
    this.#lookedUpAt = at;
    this.#pauses = new GuildPauses(run, guildId);
    this.#setKnown(states);
  }

  report(): SendReport<T> {
    return makeReport(this.#guildId, this.#run.offer.report(this.#outcomes));
  }

  async predict(): Promise<void> {
    const isNew = await this.#firstRun(predictBaseline, { status: 'would-baseline' });
    this.#setPaused(this.#open());
    const flood = await guardFlood(this.#run, this.#guildId, this.#open(), isNew);
    this.#setAll(flood.baseline, { status: 'would-baseline' });
    if (flood.outcome !== undefined) this.#setAll(flood.held, flood.outcome);
    for (const message of await this.#uncertainMessages()) {
      if (this.#setHeldByPause(message.codes)) continue;
      this.#setOffered(message.codes, message.next === 'retry' ? { status: 'would-send' } : message.outcome);
    }
    this.#setAll(this.#open(), { status: 'would-send' });
  }

  async run(): Promise<void> {
    try {
      const isNew = await this.#firstRun(makeBaseline, { status: 'baseline' });
      this.#setPaused(this.#open());
      await this.#guardFlood(isNew);
      const messages = await this.#uncertainMessages();
      await this.#retry(messages);
      await this.#sendNew();
      await this.#ask(messages);
      if (this.#run.signal.aborted) this.#setUntried(abortedOutcome(this.#run.signal));
    } catch (error) {
      if (!this.#begun) throw error;
      this.#setUntried({ status: 'failed', reason: 'store', error, permanent: false });
    }
  }

  /** Whether the guild is a new one. */
  async #firstRun(decide: typeof makeBaseline, outcome: CodeOutcome): Promise<boolean> {
    if ((this.#run.options.firstRun ?? 'send') === 'send' || this.#run.signal.aborted) return false;
    const { isNew, baseline }: FirstRun = await decide(this.#run, this.#guildId, this.#states);
    this.#setAll(baseline, outcome);
    this.#begun ||= baseline.size > 0;
    return isNew;
  }

  async #guardFlood(isNew: boolean): Promise<void> {
    if (this.#run.signal.aborted) return;
    const { baseline, held, outcome } = await guardFlood(this.#run, this.#guildId, this.#open(), isNew);
    if (outcome !== undefined) this.#setAll(held, outcome);
    if (baseline.length === 0) return;
    await this.#run.store.markSent(this.#guildId, this.#run.offer.spellingsOf(baseline), { source: 'baseline' });
    this.#setAll(baseline, { status: 'baseline' });
    this.#begun = true;
  }

  async #retry(messages: readonly ListedMessage[]): Promise<void> {
    for (const message of messages) {
      if (this.#run.signal.aborted) return;
      if (message.next !== 'retry') {
        this.#setOffered(message.codes, message.outcome);
        continue;
      }
      if (this.#setHeldByPause(message.codes)) continue;
      const claimedAt = momentOf(this.#run.clock);
      const claims = await takeMessage(this.#run, this.#guildId, message);
      this.#setAll(message.codes, { status: 'uncertain', reason: 'incomplete' });
      for (const claim of claims) {
        this.#begun = true;
        this.#setTried(this.#identities(claim.codes), await deliverMessage(this.#run, claim, claimedAt));
      }
    }
  }

  /** After all else, because an answer may take long, and new codes do not wait for it. */
  async #ask(messages: readonly ListedMessage[]): Promise<void> {
    const { findDelivery } = this.#run.options;
    if (findDelivery === undefined) return;
    const isRecorded = recordedReceipts(this.#run.store, this.#guildId);
    let freed = false;
    for (const { messageId, codes: listed, next } of messages) {
      if (next !== 'ask' || this.#run.signal.aborted || this.#setHeldByPause(listed)) continue;
      const message = { guildId: this.#guildId, messageId, isRecorded };
      const decided = await decideByAsking(this.#run, findDelivery, message).catch((error: unknown) => ({ error }));
      if ('error' in decided) {
        this.#run.emit({ type: 'ask-failed', guildId: this.#guildId, error: decided.error });
        this.#setOffered(listed, { status: 'uncertain', reason: 'held', error: decided.error });
        continue;
      }
      const { codes: spellings, outcome, tried = false } = decided;
      this.#begun ||= spellings.length > 0;
      const codes = this.#identities(spellings).filter((code) => this.#run.offer.codes.has(code));
      if (outcome === undefined) {
        freed ||= codes.length > 0;
        for (const code of codes) this.#outcomes.delete(code);
      } else if (tried) this.#setTried(codes, outcome);
      else this.#setAll(codes, outcome);
    }
    if (freed) await this.#sendNew();
  }

  async #sendNew(): Promise<void> {
    const { leaseMs } = this.#run.options;
    const messages = [...this.#newMessages()];
    let lookUp = { at: this.#lookedUpAt, end: messages.length };
    for (const [index, message] of messages.entries()) {
      if (this.#run.signal.aborted) break;
      let isFresh = index < lookUp.end && elapsedSince(lookUp.at, this.#run.clock) < LOOK_UP_MS;
      if (!isFresh && index + 1 < messages.length) {
        lookUp = await this.#lookAhead(messages, index);
        isFresh = true;
      }
      const codes = this.#setPaused(message.filter((code) => !this.#outcomes.has(code)));
      if (codes.length === 0) continue;
      const target = this.#run.targetOf(this.#guildId);
      const options = { ...(leaseMs !== undefined && { leaseMs }), ...(target !== undefined && { target }) };
      const claimedAt = momentOf(this.#run.clock);
      const spellings = this.#run.offer.spellingsOf(codes);
      const result = await this.#run.store.claim(this.#guildId, spellings, isFresh ? justLookedUp(options) : options);
      this.#setUnclaimed(result);
      if (result.claim === undefined) continue;
      this.#begun = true;
      this.#setTried(this.#identities(result.claimed), await deliverMessage(this.#run, result.claim, claimedAt));
    }
  }

  /**
   * Looks up the codes of the next messages, when the last look-up is too old: one look for many
   * messages, where each claim would look for itself. Returns the number of the first message that
   * it has not looked up.
   */
  async #lookAhead(messages: readonly (readonly string[])[], from: number): Promise<{ at: Moment; end: number }> {
    const at = momentOf(this.#run.clock);
    const codes: string[] = [];
    let end = from;
    do {
      codes.push(...(messages[end] ?? []));
      end += 1;
    } while (end < messages.length && codes.length + (messages[end]?.length ?? 0) <= LOOKED_UP_AHEAD);
    this.#setKnown(statesByIdentity(this.#run, await this.#run.store.states(this.#guildId, this.#run.offer.spellingsOf(codes))));
    return { at, end };
  }

  *#newMessages(): Generator<string[]> {
    const { messages = 'together', maxPerMessage = Infinity } = this.#run.options;
    const open = this.#open();
    const alone = new Set(open.filter((code) => this.#pauses.isAlone(code)));
    const together = open.filter((code) => !alone.has(code));
    yield* chunksOf(together, messages === 'each' ? 1 : Math.min(maxPerMessage, Math.max(1, together.length)));
    yield* chunksOf([...alone], 1);
  }

  async #uncertainMessages(): Promise<ListedMessage[]> {
    const { store, options, signal, clock } = this.#run;
    if (signal.aborted) return [];
    const isSeen = [...this.#states.values()].includes('uncertain');
    const asks = options.findDelivery !== undefined;
    // Codes that are not offered any more are found by asking alone.
    const mayHide = asks && options.dryRun !== true && askMemoryOf(store).isDue(this.#guildId, clock);
    if (!mayHide && !(isSeen && (asks || options.onUncertain === 'retry'))) return [];
    try {
      return await findUncertain(this.#run, this.#guildId);
    } catch (error) {
      // A store that may not list now may well let new codes be sent.
      if (isSeen) throw error;
      this.#run.emit({ type: 'ask-failed', guildId: this.#guildId, error });
      return [];
    }
  }

  /** Reports codes that are not free. */
  #setKnown(states: ReadonlyMap<string, CodeState>): void {
    for (const [code, state] of states) {
      if (state === 'sent') this.#outcomes.set(code, { status: 'already-sent' });
      if (state === 'claimed') this.#outcomes.set(code, { status: 'held-elsewhere' });
      if (state === 'uncertain') this.#outcomes.set(code, { status: 'uncertain', reason: 'held' });
    }
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

  #setTried(codes: readonly string[], outcome: MessageOutcome): void {
    this.#setAll(codes, outcome);
    this.#pauses.note(codes, outcome);
    if (outcome.status === 'uncertain') askMemoryOf(this.#run.store).noteGuild(this.#guildId, true, this.#run.clock);
  }

  /** Reports free codes that are left alone. Returns the others. */
  #setPaused(codes: readonly string[]): string[] {
    return codes.filter((code) => {
      const pause = this.#pauses.find([code]);
      if (pause !== undefined) this.#outcomes.set(code, pause);
      return pause === undefined;
    });
  }

  #setHeldByPause(codes: readonly string[]): boolean {
    const pause = this.#pauses.find(codes);
    if (pause === undefined) return false;
    const detail = `left alone until ${pause.until.toISOString()}: ${pause.why}`;
    this.#setOffered(codes, { status: 'uncertain', reason: 'held', detail });
    return true;
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

/**
 * How long, in ms, codes that were found free are claimed without a look in between. What changes
 * meanwhile is found by the claim, at the price of a message that is made smaller afterwards.
 */
const LOOK_UP_MS = 5000;
/** The most codes of a look-up ahead, unless the next message has more: one command of MongoDB. */
const LOOKED_UP_AHEAD = 1000;
