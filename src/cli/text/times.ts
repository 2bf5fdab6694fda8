const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A time for people, in UTC: `2026-07-14 09:30:12Z`; `-` where it is not known. */
export function showTime(time: Date | number | null): string {
  if (time === null) return '-';
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** The day of a time, in UTC. */
export function showDay(time: Date | null): string {
  return showTime(time).slice(0, 10);
}

/** A length of time in its two largest units: `3 d 4 h`; `-` where it is not known. */
export function showAge(ms: number | null): string {
  if (ms === null) return '-';
  const first = UNITS.findIndex(([, size]) => ms >= size);
  if (first === -1) return `${Math.max(0, Math.round(ms))} ms`;
  let left = ms;
  const parts: string[] = [];
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    left -= count * size;
  }
  return parts.join(' ');
}

/** A number of bytes for people. */
export function showBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

/** A number and its noun: `1 code`, `2 codes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
