import type { CodeState } from '../contract/types.js';

/** A code that was sent. Times in ms since 1970; `null` where the store keeps none. */
export interface SentRecord {
  readonly state: 'sent';
  readonly source: string | null;
  readonly sentAt: number | null;
  /** What the platform answered for the message. Absent where none is kept. */
  readonly receipt?: string | undefined;
}

/** What is kept of a claimed or uncertain code. */
export interface Hold {
  /**
   * The owner's token; every later step compares the token. `null` after the owner gave the code
   * back as uncertain.
   */
  readonly token: string | null;
  /** The message, through all retries. */
  readonly messageId: string;
  /** The code as the first claimant wrote it. */
  readonly spelling: string;
  /** Place of the code in the message, from 0. */
  readonly position: number;
  /** Number of codes in the message. If fewer are left, the message is not retried. */
  readonly size: number;
  /**
   * 1 for the first try. Above 1 an earlier try may have arrived, whatever happened to this one.
   */
  readonly attempt: number;
  /**
   * How many tries are known not to have arrived: those before the message was begun anew. They do
   * not count in `attempt`. Absent: 0.
   */
  readonly unsentTries?: number | undefined;
  /** Where in the guild the message was tried: a channel, say. Absent where it was not told. */
  readonly target?: string | undefined;
}

/**
 * A claimed or uncertain code, as a store reports it. The store's clock has decided between the two
 * states.
 */
export interface HeldRecord extends Hold {
  readonly state: 'claimed' | 'uncertain';
  /** Age of the first try in ms by the store's clock; `null` where it is not known. */
  readonly ageMs: number | null;
  /**
   * How long ago the last try ended, in ms by the store's clock: its owner gave it back, or its
   * lease ran out. Asking the platform is no try. `null`: a try may be under way, or the end is not
   * known.
   */
  readonly idleMs: number | null;
}

/**
 * How often a message was tried in all. It never goes back, so that a decision about some tries
 * says nothing of later ones:
 *
 * ```text
 * person: sees M, try 1            looks: not there          decides: M, try 1 did not arrive
 * asker:               finds nothing, begins M anew, tries: unclear
 * ```
 */
export function triesOf({ attempt, unsentTries = 0 }: Hold): number {
  return unsentTries + attempt;
}

/** What a store has under a key. An absent code has no record: `undefined`. */
export type CodeRecord = SentRecord | HeldRecord;

/** The state of a record. */
export function stateOf(record: CodeRecord | undefined): CodeState {
  return record?.state ?? 'absent';
}
