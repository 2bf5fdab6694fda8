import type { SentCodeStore } from '../../../src/contract/store.js';

/** Random numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Gives way to others for a random number of turns. */
export async function giveWay(random: () => number): Promise<void> {
  for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A store whose calls take a while before and after they act, so that those of several callers interleave in every way. */
export function jittery(store: SentCodeStore, random: () => number): SentCodeStore {
  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      // These give an iterator at once, which starts when it is asked.
      if (String(property).startsWith('list')) return call;
      return async (...args: unknown[]): Promise<unknown> => {
        await giveWay(random);
        try {
          return await call(...args);
        } finally {
          await giveWay(random);
        }
      };
    },
  });
}
