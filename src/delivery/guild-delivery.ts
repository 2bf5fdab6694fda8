import type { CodeState } from '../contract/types.js';
import { chunksOf } from '../core/chunked.js';
import { askMemoryOf } from './ask-memory.js';
import { decideByAsking } from './asked-message.js';
import { justLookedUp } from '../core/look-up-hint.js';
import { type LookUp, statesByIdentity } from './look-up.js';
import { guardFlood } from './flood-guard.js';
import { GuildOutcomes } from './guild-outcomes.js';
import { type FirstRun, makeBaseline, predictBaseline } from './first-run.js';
import { deliverMessage, type MessageOutcome } from './message-delivery.js';
import { GuildPauses } from './pauses.js';
import { makeReport, type SendReport } from './report.js';
import type { CodeOutcome } from './outcomes.js';
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

/** The report if the signal was aborted before the store was asked. */
export function reportAborted<T>(run: Run<T>, guildId: string): SendReport<T> {
  const outcome = abortedOutcome(run.signal);
  return makeReport(guildId, run.offer.report(new Map([...run.offer.codes.keys()].map((code) => [code, outcome]))));
}

class GuildDelivery<T> {
  readonly #run: Run<T>;
  readonly #guildId: string;
  readonly #states: ReadonlyMap<string, CodeState>;
  readonly #lookedUpAt: Moment;
  readonly #pauses: GuildPauses<T>;
  readonly #outcomes: GuildOutcomes<T>;
  /** Whether something was recorded or sent, which a rejection would hide. */
  #begun = false;

  constructor(run: Run<T>, guildId: string, { states, at }: LookUp) {
    this.#run = run;
    this.#guildId = guildId;
    this.#states = states;
    this.#lookedUpAt = at;
    this.#pauses = new GuildPauses(run, guildId);
    this.#outcomes = new GuildOutcomes(run, guildId);
    this.#outcomes.setKnown(states);
  }

  report(): SendReport<T> {
    return this.#outcomes.report();
  }

  async predict(): Promise<void> {
    const isNew = await this.#firstRun(predictBaseline, { status: 'would-baseline' });
    this.#setPaused(this.#outcomes.open);
    const flood = await guardFlood(this.#run, this.#guildId, this.#outcomes.open, isNew);
    this.#outcomes.set(flood.baseline, { status: 'would-baseline' });
    if (flood.outcome !== undefined) this.#outcomes.set(flood.held, flood.outcome);
    for (const message of await this.#uncertainMessages()) {
      if (this.#setHeldByPause(message.codes)) continue;
      this.#outcomes.setOffered(message.codes, message.next === 'retry' ? { status: 'would-send' } : message.outcome);
    }
    this.#outcomes.set(this.#outcomes.open, { status: 'would-send' });
  }

  async run(): Promise<void> {
    try {
      const isNew = await this.#firstRun(makeBaseline, { status: 'baseline' });
      this.#setPaused(this.#outcomes.open);
      await this.#guardFlood(isNew);
      const messages = await this.#uncertainMessages();
      await this.#retry(messages);
      await this.#sendNew();
      await this.#ask(messages);
      if (this.#run.signal.aborted) this.#outcomes.setUntried(abortedOutcome(this.#run.signal));
    } catch (error) {
      if (!this.#begun) throw error;
      this.#outcomes.setUntried({ status: 'failed', reason: 'store', error, permanent: false });
    }
  }

  /** Whether the guild is a new one. */
  async #firstRun(decide: typeof makeBaseline, outcome: CodeOutcome): Promise<boolean> {
    if ((this.#run.options.firstRun ?? 'send') === 'send' || this.#run.signal.aborted) return false;
    const { isNew, baseline }: FirstRun = await decide(this.#run, this.#guildId, this.#states);
    this.#outcomes.set(baseline, outcome);
    this.#begun ||= baseline.size > 0;
    return isNew;
  }

  async #guardFlood(isNew: boolean): Promise<void> {
    if (this.#run.signal.aborted) return;
    const { baseline, held, outcome } = await guardFlood(this.#run, this.#guildId, this.#outcomes.open, isNew);
    if (outcome !== undefined) this.#outcomes.set(held, outcome);
    if (baseline.length === 0) return;
    await this.#run.store.markSent(this.#guildId, this.#run.offer.spellingsOf(baseline), { source: 'baseline' });
    this.#outcomes.set(baseline, { status: 'baseline' });
    this.#begun = true;
  }

  async #retry(messages: readonly ListedMessage[]): Promise<void> {
    for (const message of messages) {
      if (this.#run.signal.aborted) return;
      if (message.next !== 'retry') {
        this.#outcomes.setOffered(message.codes, message.outcome);
        continue;
      }
      if (this.#setHeldByPause(message.codes)) continue;
      const claimedAt = momentOf(this.#run.clock);
      const claims = await takeMessage(this.#run, this.#guildId, message);
      this.#outcomes.set(message.codes, { status: 'uncertain', reason: 'incomplete' });
      for (const claim of claims) {
        this.#begun = true;
        this.#setTried(this.#outcomes.identities(claim.codes), await deliverMessage(this.#run, claim, claimedAt));
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
        this.#outcomes.setOffered(listed, { status: 'uncertain', reason: 'held', error: decided.error });
        continue;
      }
      const { codes: spellings, outcome, tried = false } = decided;
      this.#begun ||= spellings.length > 0;
      const codes = this.#outcomes.offered(this.#outcomes.identities(spellings));
      if (outcome === undefined) {
        freed ||= codes.length > 0;
        this.#outcomes.clear(codes);
      } else if (tried) this.#setTried(codes, outcome);
      else this.#outcomes.set(codes, outcome);
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
      this.#outcomes.setUnclaimed(result);
      if (result.claim === undefined) continue;
      this.#begun = true;
      this.#setTried(this.#outcomes.identities(result.claimed), await deliverMessage(this.#run, result.claim, claimedAt));
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
    this.#outcomes.setKnown(
      statesByIdentity(this.#run, await this.#run.store.states(this.#guildId, this.#run.offer.spellingsOf(codes))),
    );
    return { at, end };
  }

  *#newMessages(): Generator<string[]> {
    const { messages = 'together', maxPerMessage = Infinity } = this.#run.options;
    const open = this.#outcomes.open;
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

  #setTried(codes: readonly string[], outcome: MessageOutcome): void {
    this.#outcomes.set(codes, outcome);
    this.#pauses.note(codes, outcome);
    if (outcome.status === 'uncertain') askMemoryOf(this.#run.store).noteGuild(this.#guildId, true, this.#run.clock);
  }

  /** Reports free codes that are left alone. Returns the others. */
  #setPaused(codes: readonly string[]): string[] {
    return codes.filter((code) => {
      const pause = this.#pauses.find([code]);
      if (pause !== undefined) this.#outcomes.set([code], pause);
      return pause === undefined;
    });
  }

  #setHeldByPause(codes: readonly string[]): boolean {
    const pause = this.#pauses.find(codes);
    if (pause === undefined) return false;
    const detail = `left alone until ${pause.until.toISOString()}: ${pause.why}`;
    this.#outcomes.setOffered(codes, { status: 'uncertain', reason: 'held', detail });
    return true;
  }
}

/**
 * How long, in ms, codes that were found free are claimed without a look in between. What changes
 * meanwhile is found by the claim, at the price of a message that is made smaller afterwards.
 */
const LOOK_UP_MS = 5000;
/** The most codes of a look-up ahead, unless the next message has more: one command of MongoDB. */
const LOOKED_UP_AHEAD = 1000;
