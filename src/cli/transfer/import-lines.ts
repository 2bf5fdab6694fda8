import { SentCodeStoreError } from '../../contract/errors.js';
import type { SentCodeStore } from '../../contract/store.js';
import type { ClaimWrite, ScannedRecord, StorePrimitives } from '../../core/driver.js';
import { foundCode } from '../../domain/identity.js';
import { checkGuildId } from '../../domain/guild-id.js';
import { groupBy } from '../../domain/group-by.js';
import type { RandomId } from '../../domain/random.js';
import type { HeldRecord } from '../../domain/record.js';
import { errorText } from '../../domain/error-text.js';
import { IncompleteError } from '../incomplete-error.js';
import { throwIfStopped } from '../interruption.js';
import { readLine } from './transfer-lines.js';

/** Codes that are written at once. */
const BATCH = 1000;

/** What an import did. */
export interface ImportFigures {
  /** Records of the export that were read. */
  read: number;
  /** Codes that were marked. */
  marked: number;
  /** Codes that the target had as sent already. They keep their time and source. */
  alreadySent: number;
  /** Codes that arrived as uncertain. */
  uncertain: number;
  /** Codes that are uncertain there, and that the target knows already. */
  alreadyKnown: number;
}

/** Where an import goes, and how. */
export interface ImportTarget {
  readonly store: SentCodeStore;
  readonly primitives: StorePrimitives;
  readonly randomId: RandomId;
  readonly now: number;
  /** Whether to go on where the target cannot keep all of it. */
  readonly lossy: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (figures: Readonly<ImportFigures>) => void;
}

/**
 * Writes the lines of an export into a store. What is sent in either stays sent, a claim or an
 * uncertain code arrives as uncertain, and what the target knows already stays as it is. So an
 * import can be repeated.
 */
export async function importLines(lines: AsyncIterable<string>, target: ImportTarget): Promise<ImportFigures> {
  const figures: ImportFigures = { read: 0, marked: 0, alreadySent: 0, uncertain: 0, alreadyKnown: 0 };
  let batch: ScannedRecord[] = [];
  let number = 0;
  let hasEnd = false;
  const flush = async (): Promise<void> => {
    await writeBatch(batch, target, figures);
    batch = [];
    target.onProgress(figures);
    throwIfStopped(target.signal, `${doneSoFar(figures)} Repeat the import: what is there stays.`);
  };
  for await (const text of lines) {
    number += 1;
    if (hasEnd) throw bad(number, 'comes after the end', figures);
    const line = parsed(text, number, target.now, figures);
    if ((line.type === 'header') !== (number === 1))
      throw bad(number, number === 1 ? 'is not the header of an export' : 'is a second header', figures);
    if (line.type === 'header') checkHeader(line.header.identity, target);
    else if (line.type === 'metadata') await writeMetadata(line, target);
    else if (line.type === 'end') {
      if (line.records !== figures.read)
        throw bad(number, `says ${line.records} records, and ${figures.read} came before it`, figures);
      hasEnd = true;
    } else {
      checkKey(line.found, target, number, figures);
      figures.read += 1;
      if (batch.push(line.found) === BATCH) await flush();
    }
  }
  await flush();
  if (!hasEnd)
    throw new IncompleteError(`The export is cut short after line ${number}: its last line is missing. ${doneSoFar(figures)}`);
  return figures;
}

/** What an import has done, for people. */
export function doneSoFar({ marked, uncertain }: ImportFigures): string {
  return `${marked} codes were marked and ${uncertain} arrived uncertain.`;
}

function checkHeader(identity: string, { store, lossy }: ImportTarget): void {
  if (identity !== store.identity.name) {
    throw new SentCodeStoreError(
      'IDENTITY_MISMATCH',
      `The export was made under the identity "${identity}", and ${store.name} has "${store.identity.name}": they do not mean the same codes.`,
    );
  }
  const { times, sources, receipts, claims, metadata } = store.supports;
  const lacks = [
    !times && 'times',
    !sources && 'sources',
    !receipts && 'receipts',
    claims === false && 'uncertain codes',
    !metadata && 'baselines',
  ].filter((lack) => lack !== false);
  if (lacks.length > 0 && !lossy) {
    throw new IncompleteError(
      `${store.name} cannot keep ${lacks.join(', ')}. Pass --lossy to import without; uncertain codes then arrive as sent. Nothing was imported.`,
    );
  }
}

function checkKey({ guildId, code }: ScannedRecord, { store }: ImportTarget, number: number, figures: ImportFigures): void {
  checkGuildId(guildId, `guildId of line ${number}`);
  if (foundCode(code, store.identity) === code) return;
  throw bad(
    number,
    `has the code ${JSON.stringify(code)}, which is not written as the identity "${store.identity.name}" writes it`,
    figures,
  );
}

async function writeMetadata(
  line: { readonly key: string; readonly value: string },
  { store, primitives }: ImportTarget,
): Promise<void> {
  if (store.supports.metadata) await primitives.metadata.insert(line.key, line.value);
}

async function writeBatch(batch: readonly ScannedRecord[], target: ImportTarget, figures: ImportFigures): Promise<void> {
  const { store, primitives } = target;
  const asSent = ({ guildId, code, record }: ScannedRecord): object & Parameters<StorePrimitives['markRecords']>[0][number] =>
    record.state === 'sent' ? { guildId, code, ...record } : { guildId, code, source: 'manual', sentAt: target.now };
  const isHeld = ({ record }: ScannedRecord): boolean => record.state !== 'sent' && store.supports.claims !== false;
  const marks = batch.filter((found) => !isHeld(found)).map(asSent);
  const made = marks.length === 0 ? [] : await primitives.markRecords(marks);
  figures.marked += made.filter(Boolean).length;
  figures.alreadySent += made.filter((isNew) => !isNew).length;
  for (const claim of messagesOf(batch.filter(isHeld), target.randomId)) {
    const after = await primitives.claimRecords(claim);
    const token = claim.holds[0]?.token;
    const arrived = after.filter((record) => record !== undefined && record.state !== 'sent' && record.token === token).length;
    figures.uncertain += arrived;
    figures.alreadyKnown += after.length - arrived;
  }
}

/**
 * Whole messages, as far as the batch has them. A lease of 0 ms: nobody sends them, so they are
 * uncertain at once.
 */
function messagesOf(held: readonly ScannedRecord[], newToken: RandomId): ClaimWrite[] {
  const messages = groupBy(held, ({ guildId, record }) => JSON.stringify([guildId, (record as HeldRecord).messageId]));
  return [...messages.values()].map((codes) => {
    const token = newToken();
    const holds = codes.map(({ code, record }) => {
      const { state: _state, ageMs: _ageMs, idleMs: _idleMs, ...hold } = record as HeldRecord;
      return { ...hold, code, token };
    });
    const [{ guildId, record }] = codes as [ScannedRecord, ...ScannedRecord[]];
    const { ageMs, idleMs } = record as HeldRecord;
    return { guildId, leaseMs: 0, ageMs, idleMs, holds };
  });
}

function parsed(text: string, number: number, now: number, figures: ImportFigures): ReturnType<typeof readLine> {
  try {
    return readLine(text, now);
  } catch (error) {
    throw bad(number, `cannot be read: ${errorText(error)}`, figures);
  }
}

function bad(number: number, what: string, figures: ImportFigures): IncompleteError {
  return new IncompleteError(`Line ${number} ${what}. ${doneSoFar(figures)}`);
}
