/**
 * The known name that is probably meant by a misspelled one: a few letters apart, or longer and
 * containing the misspelled name. `undefined` if no known name is near enough.
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

/** How many letters to insert, delete or replace until one word is the other (Levenshtein). */
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
