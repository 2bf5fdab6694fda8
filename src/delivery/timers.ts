import type { Clock } from '../domain/clock.js';

/**
 * Runs a function after some ms. The returned function cancels the run. A test can pass a schedule
 * of its own.
 */
export type Schedule = (ms: number, run: () => void) => () => void;

/** The machine's timers. */
export const systemSchedule: Schedule = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** A moment on both clocks. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** This moment. */
export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/**
 * The ms since a moment, by the clock that shows more: sleep can stop a machine's monotonic clock,
 * and a wall clock can be set back. Too much is the safe side here.
 */
export function elapsedSince(moment: Moment, clock: Clock): number {
  return Math.max(clock.now() - moment.wall, clock.monotonic() - moment.monotonic);
}

/** Resolves after some ms. */
export function delay(ms: number, schedule: Schedule): Promise<void> {
  return new Promise((resolve) => {
    schedule(ms, resolve);
  });
}
