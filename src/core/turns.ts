import { setImmediate } from 'node:timers/promises';

/** Steps of a walk, each of some microseconds, between two turns of the event loop. */
export const STEPS_PER_TURN = 500;

/** Lets everything else in the process have its turn during a long walk. */
export class Turns {
  #steps = 0;

  /**
   * To be called at each step, which may count for several. A promise to wait for, where it is time
   * for a pause.
   */
  step(count = 1): Promise<void> | undefined {
    this.#steps += count;
    if (this.#steps < STEPS_PER_TURN) return undefined;
    this.#steps = 0;
    return setImmediate();
  }
}

/**
 * The entries that a map has now, as far as they stay in it: no copy, and it ends also if entries
 * are added all the time.
 */
export function* presentEntries<K, V>(map: ReadonlyMap<K, V>): Generator<[key: K, value: V], void, undefined> {
  // Whatever is added comes after what is there.
  let left = map.size;
  for (const entry of map) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}
