import { Turns } from '../../../core/turns.js';
import { type Header, snapshotEnd, snapshotHeader } from '../format/header.js';
import { listChecksum, sealedLine } from '../format/sealed-line.js';
import type { RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';
import { BYTES_AT_ONCE, lengthOf, smallParts } from './small-parts.js';
import { type PreparedLine, preparedLines } from './snapshot-lines.js';

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
    records.thaw();
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

const SEPARATOR = Buffer.from(',\n');
