/** Where times come from. A test can pass a clock of its own. */
export interface Clock {
  /** Wall clock: ms since 1970, for times that people read (`sentAt`). Never decides anything. */
  now(): number;
  /** Monotonic clock: ms from any fixed point, for leases inside one process. */
  monotonic(): number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
