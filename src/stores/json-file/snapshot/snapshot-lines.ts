import { crc32 } from 'node:zlib';
import type { Turns } from '../../../core/turns.js';
import type { LocalRecord } from '../../../domain/state-machine.js';
import { SEAL_LENGTH, sealFor, sealOf } from '../format/sealed-line.js';
import type { RecordCodec } from '../records/record-codec.js';
import type { Records } from '../records/records.js';
import { encodeSent, SentTable } from '../records/sent-table.js';
import { lengthOf, smallParts } from './small-parts.js';

/** A line of a snapshot in the making. */
export interface PreparedLine {
  /** The first part begins with the seal. */
  readonly parts: SealedParts;
  /** Makes the guild's records use the bytes of the line, once these have their final place. */
  readonly keep?: (bytes: Buffer, start: number, end: number) => Promise<void>;
}

type SealedParts = readonly [beginning: Uint8Array, ...rest: Uint8Array[]];

/** The lines between the first and the last one of a snapshot: metadata, then guilds. */
export async function* preparedLines(
  records: Records,
  codec: RecordCodec,
  turns: Turns,
): AsyncGenerator<PreparedLine, void, undefined> {
  const metadata = [...records.metadata];
  for (let at = 0; at < metadata.length; at += METADATA_PER_LINE) {
    yield { parts: sealed([Buffer.from(`"metadata":${JSON.stringify(metadata.slice(at, at + METADATA_PER_LINE))}}`)]) };
  }
  await records.readGuildIds(turns);
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
      const line = { bytes, start, end };
      const first = start + SEAL_LENGTH + opening.length;
      const isGrown = table !== undefined && table.count > 0 && hidden.length === 0;
      const next = isGrown ? table.grownTo(line, first, count) : new SentTable(line, first, count);
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

function sealed(content: readonly Uint8Array[]): SealedParts {
  return [sealOf(content), ...content];
}

/** {@link sealed} for a line of any length. */
async function sealedInTurns(content: readonly Uint8Array[], turns: Turns): Promise<SealedParts> {
  let checksum = 0;
  for await (const part of smallParts(content, turns)) checksum = crc32(part, checksum);
  return [sealFor(lengthOf(content), checksum), ...content];
}

/** Pieces of metadata on one line. */
const METADATA_PER_LINE = 500;
/** Characters of records that are made into bytes at once. */
const ENCODED_AT_ONCE = 1 << 16;
const COMMA = Buffer.from(',');
