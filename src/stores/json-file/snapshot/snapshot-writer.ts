import { crc32 } from 'node:zlib';
import { Turns } from '../../../core/turns.js';
import type { LocalRecord } from '../../../domain/state-machine.js';
import { type Header, snapshotEnd, snapshotHeader } from '../format/header.js';
import type { RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';
import { listChecksum, SEAL_LENGTH, sealedLine, sealFor, sealOf } from '../format/sealed-line.js';
import { encodeSent, SentTable } from '../records/sent-table.js';

/** Pieces of metadata on one line. */
const METADATA_PER_LINE = 500;
const SEPARATOR = Buffer.from(',\n');
const COMMA = Buffer.from(',');

/** Characters of records that are made into bytes at once. */
const ENCODED_AT_ONCE = 1 << 16;
/** Bytes that are copied, or read for a checksum, as one step. */
const BYTES_AT_ONCE = 1 << 20;
/** How many steps over one record cost the same. */
const STEPS_OF_BYTES = 100;

type SealedParts = readonly [beginning: Uint8Array, ...rest: Uint8Array[]];

/** A line in the making. */
interface PreparedLine {
  /** The first part begins with the seal. */
  readonly parts: SealedParts;
  /** Makes the guild's records use the bytes of the line, once these have their final place. */
  readonly keep?: (bytes: Buffer, start: number, end: number) => Promise<void>;
}

/**
 * The bytes of a snapshot in pieces. Each is asked for when the one before is written. Other work
 * goes on between two pieces, and while a piece is made.
 *
 * Each guild's records move to the new bytes as soon as its line is made, so the old ones are let
 * go piece by piece. A guild is in the snapshot as it was when its line was begun. Later changes
 * are in the journal that is applied to the snapshot.
 */
export async function* snapshotPieces(
  records: Records,
  codec: RecordCodec,
  header: Header,
  pieceBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const first = sealedLine(snapshotHeader(header));
  yield first;
  let checksum = listChecksum(first, 0);
  const turns = new Turns();
  let batch: PreparedLine[] = [];
  let size = 0;
  let placed = 0;
  try {
    for await (const line of preparedLines(records, codec, turns)) {
      batch.push(line);
      checksum = listChecksum(line.parts[0], checksum);
      size += lengthOf(line.parts);
      if (size < pieceBytes) continue;
      yield* inPieces(await place(batch, placed === 0, turns));
      placed += batch.length;
      batch = [];
      size = 0;
    }
    yield* inPieces(await place(batch, placed === 0, turns));
    const count = placed + batch.length;
    yield Buffer.from(`${count === 0 ? '' : '\n'}${snapshotEnd({ count, checksum })}\n`);
  } finally {
    // Does something only for a snapshot that was given up.
    for (const guildId of records.guildIds()) records.thaw(guildId);
  }
}

async function* preparedLines(records: Records, codec: RecordCodec, turns: Turns): AsyncGenerator<PreparedLine, void, undefined> {
  const metadata = [...records.metadata];
  for (let at = 0; at < metadata.length; at += METADATA_PER_LINE) {
    yield { parts: sealed([Buffer.from(`"metadata":${JSON.stringify(metadata.slice(at, at + METADATA_PER_LINE))}}`)]) };
  }
  for (const guildId of records.guildIds()) {
    const turn = turns.step();
    if (turn !== undefined) await turn;
    yield* guildLines(records, codec, guildId, turns);
  }
}

/** A guild's lines: its sent codes, and those that are held. */
async function* guildLines(
  records: Records,
  codec: RecordCodec,
  guildId: string,
  turns: Turns,
): AsyncGenerator<PreparedLine, void, undefined> {
  const { table, changes } = records.freeze(guildId);
  if (changes.size > 0) await table?.makeIndex();
  const held: [code: string, record: LocalRecord][] = [];
  const added = new RecordBytes();
  const hidden: number[] = [];
  for (const [code, record] of changes) {
    const turn = turns.step();
    if (turn !== undefined) await turn;
    if (record?.state === 'held') held.push([code, record]);
    else if (record !== undefined) added.add(encodeSent(code, record));
    const hides = table?.placeOf(code) ?? -1;
    if (hides !== -1) hidden.push(hides);
  }
  const count = (table?.count ?? 0) - hidden.length + added.count;
  if (count === 0) records.settle(guildId, undefined, held);
  else if (table !== undefined && added.count === 0 && hidden.length === 0) {
    const keep = async (bytes: Buffer, start: number, end: number): Promise<void> =>
      records.settle(guildId, table.movedTo({ bytes, start, end }), held);
    yield { parts: [table.line], keep };
  } else {
    const opening = Buffer.from(`"guild":${JSON.stringify(guildId)},"count":${count},"sent":[`);
    const body: Uint8Array[] = [];
    for (const pieces of [table?.runsWithout(hidden) ?? [], added.finish()]) {
      for (const piece of pieces) {
        const turn = turns.step();
        if (turn !== undefined) await turn;
        if (piece !== undefined) body.push(...(body.length === 0 ? [piece] : [COMMA, piece]));
      }
    }
    const keep = async (bytes: Buffer, start: number, end: number): Promise<void> => {
      const next = new SentTable({ bytes, start, end }, start + SEAL_LENGTH + opening.length, count);
      // A guild that is in use goes on without a stop.
      if (table === undefined || table.isReady) await next.makeIndex();
      records.settle(guildId, next, held);
    };
    yield { parts: await sealedInTurns([opening, ...body, Buffer.from(']}')], turns), keep };
  }
  if (held.length > 0) {
    const stored = held.map(([code, record]) => codec.encode(code, record));
    yield { parts: sealed([Buffer.from(`"guild":${JSON.stringify(guildId)},"held":${JSON.stringify(stored)}}`)]) };
  }
}

/** Records as bytes, in pieces. A comma belongs between two pieces. */
class RecordBytes {
  #count = 0;
  #texts: string[] = [];
  #characters = 0;
  readonly #pieces: Uint8Array[] = [];

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#count += 1;
    this.#texts.push(text);
    this.#characters += text.length;
    if (this.#characters >= ENCODED_AT_ONCE) this.#encode();
  }

  finish(): readonly Uint8Array[] {
    if (this.#texts.length > 0) this.#encode();
    return this.#pieces;
  }

  #encode(): void {
    this.#pieces.push(Buffer.from(this.#texts.join(',')));
    this.#texts = [];
    this.#characters = 0;
  }
}

/**
 * Puts lines into one buffer, with commas between them, and before the first line unless it is the
 * first of all.
 */
async function place(lines: readonly PreparedLine[], first: boolean, turns: Turns): Promise<Buffer> {
  const separators = lines.length - (first && lines.length > 0 ? 1 : 0);
  const bytes = Buffer.allocUnsafeSlow(lines.reduce((sum, { parts }) => sum + lengthOf(parts), separators * SEPARATOR.length));
  let at = 0;
  for (const [index, line] of lines.entries()) {
    if (!first || index > 0) at += SEPARATOR.copy(bytes, at);
    const start = at;
    for await (const part of smallParts(line.parts, turns)) {
      bytes.set(part, at);
      at += part.length;
    }
    await line.keep?.(bytes, start, at);
  }
  return bytes;
}

function* inPieces(bytes: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) yield bytes.subarray(at, at + BYTES_AT_ONCE);
}

/** Parts that are small enough for one step each, with pauses. */
async function* smallParts(parts: readonly Uint8Array[], turns: Turns): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += BYTES_AT_ONCE) {
      const small = part.length > BYTES_AT_ONCE ? part.subarray(at, at + BYTES_AT_ONCE) : part;
      const turn = turns.step(1 + Math.ceil((STEPS_OF_BYTES * small.length) / BYTES_AT_ONCE));
      if (turn !== undefined) await turn;
      yield small;
    }
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function sealed(content: readonly Uint8Array[]): SealedParts {
  return [sealOf(content), ...content];
}

/** {@link sealed} for a line of any length. */
async function sealedInTurns(content: readonly Uint8Array[], turns: Turns): Promise<SealedParts> {
  let checksum = 0;
  for await (const part of smallParts(content, turns)) checksum = crc32(part, checksum);
  return [sealFor(lengthOf(content), checksum), ...content];
}
