import { type Header, snapshotEnd, snapshotHeader } from '../format/header.js';
import type { RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';
import { listChecksum, SEAL_LENGTH, sealedLine, sealOf } from '../format/sealed-line.js';
import { SentTable } from '../records/sent-table.js';

/** Pieces of metadata on one line. */
const METADATA_PER_LINE = 500;
const SEPARATOR = Buffer.from(',\n');
const COMMA = Buffer.from(',');

type SealedParts = readonly [beginning: Uint8Array, ...rest: Uint8Array[]];

/** A line in the making. */
interface PreparedLine {
  /** The first part begins with the seal. */
  readonly parts: SealedParts;
  /** Makes the guild's records rest on the line, once it has its place in the bytes that are kept. */
  readonly keep?: (bytes: Buffer, start: number, end: number) => void;
}

/**
 * The bytes of a snapshot in pieces, each asked for when the one before is written; other work goes on between two of them.
 *
 * Each guild's records move to the new bytes as soon as its line is made, so the old ones are let go piece by piece. A guild that changes
 * between two pieces is in the snapshot as it was before or as it is after; its change is in the journal that is applied to the snapshot, either way.
 */
export function* snapshotPieces(records: Records, codec: RecordCodec, header: Header, pieceBytes: number): Generator<Uint8Array> {
  const first = sealedLine(snapshotHeader(header));
  yield first;
  let checksum = listChecksum(first, 0);
  let batch: PreparedLine[] = [];
  let size = 0;
  let placed = 0;
  for (const lines of preparedLines(records, codec)) {
    for (const line of lines) {
      batch.push(line);
      checksum = listChecksum(line.parts[0], checksum);
      size += lengthOf(line.parts);
    }
    if (size < pieceBytes) continue;
    yield place(batch, placed === 0);
    placed += batch.length;
    batch = [];
    size = 0;
  }
  yield place(batch, placed === 0);
  const count = placed + batch.length;
  yield Buffer.from(`${count === 0 ? '' : '\n'}${snapshotEnd({ count, checksum })}\n`);
}

function* preparedLines(records: Records, codec: RecordCodec): Generator<PreparedLine[]> {
  const metadata = [...records.metadata];
  for (let at = 0; at < metadata.length; at += METADATA_PER_LINE) {
    yield [{ parts: sealed([Buffer.from(`"metadata":${JSON.stringify(metadata.slice(at, at + METADATA_PER_LINE))}}`)]) }];
  }
  for (const guildId of records.foldable()) yield guildLines(records, codec, guildId);
}

/** A guild's lines. Its records rest on them from then on: nothing may happen to the guild until their bytes are in place. */
function guildLines(records: Records, codec: RecordCodec, guildId: string): PreparedLine[] {
  const { count, unchanged, sent, held } = records.fold(guildId);
  const lines: PreparedLine[] = [];
  if (count === 0) records.rebase(guildId, undefined);
  else if (unchanged !== undefined) {
    const keep = (bytes: Buffer, start: number, end: number): void =>
      records.rebase(guildId, unchanged.movedTo({ bytes, start, end }));
    lines.push({ parts: [unchanged.line], keep });
  } else {
    const opening = Buffer.from(`"guild":${JSON.stringify(guildId)},"count":${count},"sent":[`);
    const body = sent.flatMap((record, index) => (index === 0 ? [record] : [COMMA, record]));
    const keep = (bytes: Buffer, start: number, end: number): void =>
      records.rebase(guildId, new SentTable({ bytes, start, end }, start + SEAL_LENGTH + opening.length, count));
    lines.push({ parts: sealed([opening, ...body, Buffer.from(']}')]), keep });
  }
  if (held.length > 0) {
    const stored = held.map(([code, record]) => codec.encode(code, record));
    lines.push({ parts: sealed([Buffer.from(`"guild":${JSON.stringify(guildId)},"held":${JSON.stringify(stored)}}`)]) });
  }
  return lines;
}

/** Lines in one buffer, with commas between them and before the first unless it is the first of all. */
function place(lines: readonly PreparedLine[], first: boolean): Buffer {
  const parts = lines.flatMap((line, index) => (first && index === 0 ? line.parts : [SEPARATOR, ...line.parts]));
  const bytes = Buffer.allocUnsafeSlow(lengthOf(parts));
  let at = 0;
  for (const [index, line] of lines.entries()) {
    if (!first || index > 0) at += SEPARATOR.copy(bytes, at);
    const start = at;
    for (const part of line.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    line.keep?.(bytes, start, at);
  }
  return bytes;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function sealed(content: readonly Uint8Array[]): SealedParts {
  return [sealOf(content), ...content];
}
