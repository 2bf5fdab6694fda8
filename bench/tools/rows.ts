import type { Figures } from './compare.js';

/** One line of a result. */
export interface Row extends Figures {
  readonly scenario: string;
  /** Records in the store, or codes in the call: the scenario says which. */
  readonly size: number;
  /** Times the limit of the scenario: the least that such a call can cost. Of the medians, and of the fastest tenth. */
  readonly ratio?: number;
  readonly ratioP10?: number;
  readonly commands?: number;
}

/** Rows of one scenario, with ratios to the one that is the limit. */
export function rowsOf(scenario: string, size: number, figures: readonly Figures[], limit: string): Row[] {
  const least = figures.find(({ who }) => who === limit);
  const ratios = (one: Figures): Partial<Row> =>
    least === undefined ? {} : { ratio: twoDigits(one.ms / least.ms), ratioP10: twoDigits(one.p10 / least.p10) };
  return figures.filter(({ rounds }) => rounds > 0).map((one) => ({ scenario, size, ...one, ...ratios(one) }));
}

/** As a table on the terminal. */
export function print(rows: readonly Row[]): void {
  console.table(
    rows.map(({ scenario, size, who, ms, p99, blockedMs, ratio, ratioP10, commands }) => ({
      ...{ scenario, size, who, ms, p99, blockedMs, ratio, ratioP10 },
      ...(commands === undefined ? {} : { commands }),
    })),
  );
}

export const twoDigits = (value: number): number => Math.round(value * 100) / 100;
