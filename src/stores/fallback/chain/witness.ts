import { Member } from './member.js';

/**
 * A member that only knows what was sent. It never gets marks that it missed while it was away;
 * they are counted, for a person to find.
 */
export class Witness extends Member {
  #missedCodes = 0;
  #untold = 0;

  /** Number of codes whose marks it missed since this process began. */
  get missedCodes(): number {
    return this.#missedCodes;
  }

  /** Counts codes whose marks it missed, or may have missed. */
  markMissed(codes: number): void {
    this.#missedCodes += codes;
    this.#untold += codes;
  }

  /** Number of missed codes that nobody was told of yet. The next answer is 0. */
  takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }
}
