import type { CodeState } from '../contract/types.js';
import type { Run } from './delivery-context.js';
import type { Moment } from './timers.js';

/** What a look-up found for a guild. */
export interface LookUp {
  /** By identity. */
  readonly states: ReadonlyMap<string, CodeState>;
  /** A moment before the store was asked. */
  readonly at: Moment;
}

/** The states of the offered codes by identity, from a store's answer by spelling. */
export function statesByIdentity<T>(run: Run<T>, states: ReadonlyMap<string, CodeState>): Map<string, CodeState> {
  const byIdentity = new Map<string, CodeState>();
  for (const [spelling, state] of states) byIdentity.set(run.offer.identityOf(spelling), state);
  return byIdentity;
}
