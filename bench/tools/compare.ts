import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isQuick } from './result-file.js';

/** One of those that are measured in turns. */
export interface Contender {
  readonly name: string;
  /** Makes what the round needs, outside of the measured time. */
  prepare?(): unknown;
  run(): unknown;
  /** It takes part in so many rounds, for one that is far slower than the others. Default: in all. */
  readonly rounds?: number;
}

/** What bounds a run on a slow machine, or on one that others use too. */
const LEAST_ROUNDS = 5;
const LONGEST_MS = isQuick ? 1_500 : 10_000;

export interface Figures {
  readonly who: string;
  /** Median of the time until the answer, in milliseconds. */
  readonly ms: number;
  /** 10th percentile: what a machine that others use too lets through when they leave it alone. */
  readonly p10: number;
  /** 99th percentile; the slowest round where there are fewer than 100. */
  readonly p99: number;
  /** Median of the time in which the event loop could do nothing else, in milliseconds. */
  readonly blockedMs: number;
  readonly rounds: number;
}

/**
 * Measures all contenders in turns in one run, so that what slows the machine down slows all of them down. Each round has an order of its own,
 * because whoever comes after a large write waits for the disk too.
 *
 * A comparison that takes too long ends early: how many rounds it had is in its figures.
 *
 * Blocked is exact: what passed less what the event loop spent waiting in the kernel, as Node itself counts it.
 */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<Figures[]> {
  const warmUp = warmUpOf(rounds);
  const start = performance.now();
  const samples = contenders.map(() => [] as { ms: number; blocked: number }[]);
  for (let round = 0; round < warmUp + rounds; round += 1) {
    if (round >= warmUp + LEAST_ROUNDS && performance.now() - start > LONGEST_MS) break;
    for (const index of shuffled(contenders.length, round)) {
      const contender = contenders[index]!;
      const { rounds: own = Infinity } = contender;
      if (round < warmUp - own || round >= warmUp + own) continue;
      await contender.prepare?.();
      // What the one before has left for the event loop is not counted here.
      await nextTurn();
      const sample = await measure(() => contender.run());
      if (round >= warmUp) samples[index]!.push(sample);
    }
  }
  return contenders.map(({ name }, index) => figuresOf(name, samples[index]!));
}

/** Rounds that are not counted. */
export function warmUpOf(rounds: number): number {
  return Math.ceil(rounds / 10);
}

/** The numbers below `count` in an order that only the seed decides. */
function shuffled(count: number, seed: number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  let state = seed + 1;
  for (let last = count - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = (state >>> 8) % (last + 1);
    [numbers[last], numbers[other]] = [numbers[other]!, numbers[last]!];
  }
  return numbers;
}

async function measure(work: () => unknown): Promise<{ ms: number; blocked: number }> {
  const before = performance.eventLoopUtilization();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return { ms, blocked: performance.eventLoopUtilization(before).active };
}

function figuresOf(who: string, samples: readonly { ms: number; blocked: number }[]): Figures {
  const times = samples.map(({ ms }) => ms);
  const blocked = samples.map((sample) => sample.blocked);
  return {
    who,
    ms: rounded(quantile(times, 0.5)),
    p10: rounded(quantile(times, 0.1)),
    p99: rounded(quantile(times, 0.99)),
    blockedMs: rounded(quantile(blocked, 0.5)),
    rounds: samples.length,
  };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** Four significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
