import type { Clock } from '../../../domain/clock.js';
import type { SentRecord } from '../../../domain/record.js';
import type { LocalHold, LocalRecord } from '../../../domain/state-machine.js';

/** What a file keeps of a held code. A lease is not kept: it ends with its process. */
interface StoredHold {
  readonly token: string | null;
  readonly message: string;
  readonly spelling: string;
  readonly position: number;
  readonly size: number;
  readonly attempt: number;
  /** Tries that are known not to have arrived. Absent: none. */
  readonly unsent?: number;
  /** First try in ms since 1970. */
  readonly tried: number | null;
  /** End of the last try in ms since 1970. Absent: a try was under way. */
  readonly ended?: number;
  /** Where in the guild the message was tried. */
  readonly target?: string;
}

const HOLD_FIELDS: ReadonlySet<string> = new Set<keyof StoredHold>([
  'token',
  'message',
  'spelling',
  'position',
  'size',
  'attempt',
  'unsent',
  'tried',
  'ended',
  'target',
]);

/** A sent code as a file has it. A receipt has at most 200 characters. */
export type StoredSent = readonly [code: string, source: string | null, sentAt: number | null, receipt?: string];

/** A code as a file has it: sent, held, or (in a journal) absent from then on. */
export type StoredRecord = StoredSent | readonly [code: string, hold: StoredHold] | readonly [code: string];

/** A piece of the store's own metadata as a file has it; `null` removes it. */
export type StoredMetadata = readonly [key: string, value: string | null];

/**
 * Translates records to and from their form in a file. The time of a first try is monotonic in this
 * process, and wall-clock time in the file, because only the wall clock goes on after a restart.
 */
export class RecordCodec {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A record as a file has it; `undefined`: absent. */
  encode(code: string, record: LocalRecord | undefined): StoredRecord {
    if (record === undefined) return [code];
    if (record.state === 'sent') return storedSent(code, record);
    const { token, messageId: message, spelling, position, size, attempt, firstTriedAt } = record;
    const tried = firstTriedAt === null ? null : this.#toWall(firstTriedAt);
    const { unsentTries: unsent, target, endedAt } = record;
    if (unsent === undefined && target === undefined && endedAt === null) {
      return [code, { token, message, spelling, position, size, attempt, tried }];
    }
    const optional = {
      ...(unsent !== undefined && { unsent }),
      ...(endedAt !== null && { ended: this.#toWall(endedAt) }),
      ...(target !== undefined && { target }),
    };
    return [code, { token, message, spelling, position, size, attempt, tried, ...optional }];
  }

  /**
   * The record of a checked entry. A claimed code becomes uncertain: its owner is dead, and may
   * have sent it before. Its last try ended at the opening at the latest, also if the wall clock
   * was set back meanwhile.
   */
  decode(stored: StoredRecord): LocalRecord | undefined {
    if (stored.length === 1) return undefined;
    if (stored.length !== 2) return sentRecord(stored);
    const { token, message: messageId, spelling, position, size, attempt, unsent, target, tried, ended } = stored[1];
    const now = this.#clock.monotonic();
    return {
      token,
      messageId,
      spelling,
      position,
      size,
      attempt,
      ...(unsent !== undefined && { unsentTries: unsent }),
      ...(target !== undefined && { target }),
      state: 'held',
      leaseUntil: ended === undefined ? now : null,
      firstTriedAt: tried === null ? null : this.#toMonotonic(tried),
      endedAt: ended === undefined ? null : Math.min(now, this.#toMonotonic(ended)),
    } satisfies LocalHold;
  }

  #toWall(time: number): number {
    return Math.round(this.#clock.now() - (this.#clock.monotonic() - time));
  }

  #toMonotonic(time: number): number {
    return this.#clock.monotonic() - (this.#clock.now() - time);
  }
}

/** A sent code as a file has it. */
export function storedSent(code: string, { source, sentAt, receipt }: SentRecord): StoredSent {
  return receipt === undefined ? [code, source, sentAt] : [code, source, sentAt, receipt];
}

/** The record of a sent code as a file has it. */
export function sentRecord([, source, sentAt, receipt]: StoredSent): SentRecord {
  return { state: 'sent', source, sentAt, ...(receipt !== undefined && { receipt }) };
}

/** Whether a parsed value is a record of a file. */
export function isStoredRecord(value: unknown): value is StoredRecord {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false;
  const [, second, third, receipt] = value as unknown[];
  if (value.length === 1) return true;
  if (value.length === 2) return isStoredHold(second);
  if (value.length === 4 && typeof receipt !== 'string') return false;
  return value.length <= 4 && isNullOr('string', second) && isNullOr('number', third);
}

/** Whether a parsed value is a piece of the store's own metadata, or its removal. */
export function isStoredMetadata(value: unknown): value is StoredMetadata {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isNullOr('string', value[1]);
}

/** Whether a parsed value is a list of such items. */
export function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

/** Whether two records are the same in a file: they differ at most in their lease. */
export function isSameStored(a: LocalRecord | undefined, b: LocalRecord | undefined): boolean {
  if (a === undefined || b === undefined || a.state === 'sent' || b.state === 'sent') return a === b;
  return (
    a.token === b.token &&
    a.messageId === b.messageId &&
    a.position === b.position &&
    a.size === b.size &&
    a.attempt === b.attempt &&
    a.unsentTries === b.unsentTries &&
    a.target === b.target &&
    a.firstTriedAt === b.firstTriedAt &&
    a.endedAt === b.endedAt
  );
}

function isStoredHold(value: unknown): value is StoredHold {
  if (typeof value !== 'object' || value === null) return false;
  const hold = value as Partial<Record<keyof StoredHold, unknown>>;
  return (
    isNullOr('string', hold.token) &&
    typeof hold.message === 'string' &&
    typeof hold.spelling === 'string' &&
    typeof hold.position === 'number' &&
    typeof hold.size === 'number' &&
    typeof hold.attempt === 'number' &&
    isOptional('number', hold.unsent) &&
    isNullOr('number', hold.tried) &&
    isOptional('number', hold.ended) &&
    isOptional('string', hold.target) &&
    Object.keys(hold).every((key) => HOLD_FIELDS.has(key))
  );
}

function isOptional(type: 'string' | 'number', value: unknown): boolean {
  return value === undefined || typeof value === type;
}

function isNullOr(type: 'string' | 'number', value: unknown): boolean {
  return value === null || typeof value === type;
}
