import type { CodeState } from '../contract/types.js';

/** A code that was sent. Times in ms since 1970; `null` where the store keeps none. */
export interface SentRecord {
  readonly state: 'sent';
  readonly source: string | null;
  readonly sentAt: number | null;
}

/** What a claim writes, and what stays of it while it is not decided. */
export interface Hold {
  /** Of the owner; every later step compares it. `null` once an owner has given the code back as uncertain. */
  readonly token: string | null;
  /** The message, through all retries. */
  readonly messageId: string;
  /** As the first claimant wrote the code. */
  readonly spelling: string;
  /** Place of the code in the message, from 0. */
  readonly position: number;
  /** Number of codes in the message. A message of which fewer are left is not retried. */
  readonly size: number;
  /** 1 for the first try. Above 1 an earlier try may have arrived, whatever happened to this one. */
  readonly attempt: number;
}

/** A code that is claimed, or whose message may have arrived, as a store reports it: the store's clock has decided which. */
export interface HeldRecord extends Hold {
  readonly state: 'claimed' | 'uncertain';
  /** Age of the first try in ms by the store's clock; `null` where it is not known. */
  readonly ageMs: number | null;
}

/** What a store has under a key. Nothing is `undefined`: absent. */
export type CodeRecord = SentRecord | HeldRecord;

/** The state of what a store has under a key. */
export function stateOf(record: CodeRecord | undefined): CodeState {
  return record?.state ?? 'absent';
}
