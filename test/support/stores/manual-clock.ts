import type { Clock } from 'sent-code-store/store';

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #ms = 0;

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  advance(ms: number): void {
    this.#ms += ms;
  }
}
