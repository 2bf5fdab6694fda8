/**
 * The known name that somebody meant who wrote another one: a few letters apart, or a longer one that has
 * the name in it. `undefined` if none is near enough to guess.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const isNear = (candidate: string, distance: number): boolean => distance <= Math.max(name.length, candidate.length) / 3;
  const ranked = known
    .filter((candidate) => isNear(candidate, Math.abs(name.length - candidate.length)))
    .map((candidate) => ({ candidate, distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => isNear(candidate, distance))
    .sort((a, b) => a.distance - b.distance);
  return (
    ranked[0]?.candidate ?? known.find((candidate) => name.length > 3 && candidate.toLowerCase().includes(name.toLowerCase()))
  );
}

/** Number of letters to be put in, taken out or replaced until one word is the other (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
