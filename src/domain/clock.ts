/** Time, injectable. */
export interface Clock {
  /** Wall clock: ms since 1970, for what people read (`sentAt`). Never decides anything. */
  now(): number;
  /** Monotonic clock: ms from any fixed point, for leases inside one process. */
  monotonic(): number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
