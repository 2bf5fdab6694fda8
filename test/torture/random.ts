/** Random numbers that a seed repeats. */
export interface Random {
  /** From 0 up to 1, and not 1. */
  fraction(): number;
  /** A whole number from 0, and below `limit`. */
  below(limit: number): number;
  pick<T>(all: readonly [T, ...T[]]): T;
  chance(probability: number): boolean;
}

/** mulberry32: 32 bits of state are enough for a choice of calls and accidents. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    pick: (all) => all[below(all.length)] ?? all[0],
    chance: (probability) => fraction() < probability,
  };
}

/** One of several numbers that a seed leads to: each process, and each kind of accident, has its own. */
export function subseed(seed: number, ...path: readonly number[]): number {
  return path.reduce((mixed, part) => Math.imul(mixed ^ (part + 0x9e3779b9), 0x85ebca6b) >>> 0, seed >>> 0);
}
