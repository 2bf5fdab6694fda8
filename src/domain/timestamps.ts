/**
 * How a store writes times: as BSON dates, or as the ISO strings of Python's
 * `datetime.utcnow().isoformat()`. Both forms are always read.
 */
export type TimestampFormat = 'date' | 'iso';

/** The stored form of a time in ms since 1970. */
export function toTimestamp(time: number, format: TimestampFormat): Date | string {
  const date = new Date(time);
  // Six digits and no zone: what Python's `fromisoformat` reads in every version.
  return format === 'date' ? date : date.toISOString().replace('Z', '000');
}

/**
 * A stored time in ms since 1970; `null` if the value is not a time. A string without zone is UTC.
 */
export function fromTimestamp(value: unknown): number | null {
  if (value instanceof Date) return finite(value.getTime());
  if (typeof value !== 'string') return null;
  const [, day, minutes = '00:00', seconds = ':00', fraction = '0', zone = 'Z'] = ISO.exec(value.trim()) ?? [];
  if (day === undefined) return null;
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.replace(':', '').slice(3) || '00'}`;
  return finite(Date.parse(`${day}T${minutes}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`));
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
