import { Member } from './member.js';

/**
 * A member that only knows what was sent. It has no pending writes: what it missed while it was
 * away is counted, for a person to find.
 */
export class Witness extends Member {
  #missedCodes = 0;
  #untold = 0;

  /** Codes of marks that it did not get since this process began. */
  get missedCodes(): number {
    return this.#missedCodes;
  }

  /** A mark of so many codes passed it by, or may have. */
  markMissed(codes: number): void {
    this.#missedCodes += codes;
    this.#untold += codes;
  }

  /** Codes that it missed and that nobody was told of yet. Asked once: the next answer is 0. */
  takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }
}
