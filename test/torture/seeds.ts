/** The seeds of a long form: `TORTURE_SEED` alone, or the numbers from 1 up to `TORTURE_SEEDS`. */
export function seedsOf(count: number): number[] {
  const { TORTURE_SEED: one, TORTURE_SEEDS: many } = process.env;
  if (one !== undefined) return [Number(one)];
  return Array.from({ length: Number(many ?? count) }, (_, index) => index + 1);
}

/** Prints what became of a seed. Exit code 1 if something is broken. */
export function report(suite: string, seed: number, counts: object, broken: readonly string[]): void {
  console.log(`${suite}, seed ${seed}: ${JSON.stringify(counts)}`);
  for (const line of broken) console.error(`BROKEN ${suite}, seed ${seed}: ${line}`);
  if (broken.length > 0) process.exitCode = 1;
}

/** The sums of the counts of several seeds. */
export function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
