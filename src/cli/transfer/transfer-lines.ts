import { z } from 'zod';
import { lazySchema } from '../../core/lazy-schema.js';
import type { ScannedRecord } from '../../core/driver.js';
import type { CodeRecord, HeldRecord, SentRecord } from '../../domain/record.js';

/** Version of the format. A later one is refused. */
const VERSION = 1;

/** The first line of an export. */
export interface Header {
  readonly identity: string;
  /** What the store calls itself, for people. */
  readonly store: string;
  readonly exportedAt: number;
}

/** What a line of an export says. */
export type Line =
  | { readonly type: 'header'; readonly header: Header }
  | { readonly type: 'record'; readonly found: ScannedRecord }
  | { readonly type: 'metadata'; readonly key: string; readonly value: string }
  | { readonly type: 'end'; readonly records: number };

/** The first line. */
export function headerLine({ identity, store, exportedAt }: Header): string {
  return JSON.stringify({ sentCodes: VERSION, identity, store, exportedAt: new Date(exportedAt).toISOString() });
}

/**
 * A record. Whatever a record has beside what is named here goes along as it is. A token does not:
 * a claim is over where it arrives.
 *
 * @param now - ages become times, because an export may lie for days
 */
export function recordLine({ guildId, code, record }: ScannedRecord, now: number): string {
  if (record.state === 'sent') {
    const { state, source, sentAt, ...more } = record;
    return JSON.stringify({ guildId, code, state, source, sentAt: isoOf(sentAt), ...more });
  }
  const { state: _state, token: _token, ageMs, idleMs, ...hold } = record;
  const firstTriedAt = isoOf(ageMs === null ? null : now - ageMs);
  const lastTriedAt = isoOf(idleMs === null ? null : now - idleMs);
  return JSON.stringify({ guildId, code, state: 'uncertain', firstTriedAt, lastTriedAt, ...hold });
}

/** An entry of what the store keeps of itself. */
export function metadataLine(key: string, value: string): string {
  return JSON.stringify({ metadata: key, value });
}

/** The last line: without it, the export was cut short. */
export function endLine(records: number): string {
  return JSON.stringify({ end: true, records });
}

/** Reads a line. Throws an error that says what is wrong with it. */
export function readLine(text: string, now: number): Line {
  const line: unknown = JSON.parse(text);
  const has = (field: string): boolean => typeof line === 'object' && line !== null && field in line;
  if (has('sentCodes')) {
    const { identity, store, exportedAt } = parse(headerSchema(), line);
    return { type: 'header', header: { identity, store, exportedAt: Date.parse(exportedAt) } };
  }
  if (has('metadata')) {
    const { metadata, value } = parse(metadataSchema(), line);
    return { type: 'metadata', key: metadata, value };
  }
  if (has('end')) return { type: 'end', records: parse(endSchema(), line).records };
  const { guildId, code, ...record } = parse(recordSchema(), line);
  return { type: 'record', found: { guildId, code, record: recordOf(record, now) } };
}

function parse<T>(schema: z.ZodType<T>, line: unknown): T {
  const { data, error } = schema.safeParse(line);
  if (error !== undefined) throw new Error(z.prettifyError(error).replaceAll(/\s+/g, ' '));
  return data;
}

const headerSchema = lazySchema(() =>
  z.object({
    sentCodes: z.literal(VERSION),
    identity: z.string(),
    store: z.string(),
    exportedAt: z.iso.datetime(),
  }),
);
const metadataSchema = lazySchema(() =>
  z.object({ metadata: z.string().regex(/^(?:baseline|baseline-part|migration):/), value: z.string() }),
);
const endSchema = lazySchema(() => z.object({ end: z.literal(true), records: z.int().nonnegative() }));

const keys = lazySchema(() => ({ guildId: z.string(), code: z.string() }));
const timeSchema = lazySchema(() => z.iso.datetime().nullable());
const recordSchema = lazySchema(() =>
  z.discriminatedUnion('state', [
    z.looseObject({
      ...keys(),
      state: z.literal('sent'),
      source: z.string().min(1).max(100).nullable(),
      sentAt: timeSchema(),
      receipt: z.string().min(1).max(200).optional(),
    }),
    z.looseObject({
      ...keys(),
      state: z.literal('uncertain'),
      messageId: z.string().min(1),
      spelling: z.string(),
      position: z.int().nonnegative(),
      size: z.int().nonnegative(),
      attempt: z.int().positive(),
      target: z.string().min(1).max(200).optional(),
      firstTriedAt: timeSchema(),
      lastTriedAt: timeSchema(),
    }),
  ]),
);

function recordOf(line: Omit<z.infer<ReturnType<typeof recordSchema>>, 'guildId' | 'code'>, now: number): CodeRecord {
  const record = line as z.infer<ReturnType<typeof recordSchema>>;
  if (record.state === 'sent') return { ...record, sentAt: timeOf(record.sentAt) } satisfies SentRecord;
  const { firstTriedAt, lastTriedAt, ...hold } = record;
  return { ...hold, token: null, ageMs: ageOf(firstTriedAt, now), idleMs: ageOf(lastTriedAt, now) } satisfies HeldRecord;
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

function ageOf(text: string | null, now: number): number | null {
  return text === null ? null : now - Date.parse(text);
}
