import { Turns } from '../../core/turns.js';
import type { Clock } from '../../domain/clock.js';
import type { OnDamage } from './format/damage.js';
import { type FileIdentity, fileIdentity } from '../../files/file-identity.js';
import type { FileSystem } from '../../files/file-system.js';
import type { JournalEntry } from './journal/journal-entries.js';
import { JOURNAL_START } from './journal/journal-place.js';
import { type JournalContent, readJournal } from './journal/journal-reader.js';
import { RecordCodec } from './records/record-codec.js';
import { Records } from './records/records.js';
import { readSnapshot } from './snapshot/snapshot-reader.js';
import type { StorePaths } from './store-paths.js';

/** A journal that was read, and where its good lines end. */
export interface LoadedJournal extends Pick<JournalContent, 'end' | 'last' | 'unterminated' | 'torn'> {
  readonly generation: number;
}

/** A journal and its entries. */
type ReadJournal = LoadedJournal & JournalContent;

/** The content of all files of a store. */
export interface LoadedStore {
  readonly records: Records;
  /** Id of the store. `undefined` if no file says it, after damage or an interrupted creation. */
  readonly store: string | undefined;
  /** {@link fileIdentity} of the snapshot; `undefined` if there is none. */
  readonly snapshot: FileIdentity | undefined;
  /** Journals that count, in order. */
  readonly journals: readonly LoadedJournal[];
  /** Generations of journals that are in the snapshot already: their removal was interrupted. */
  readonly stale: readonly number[];
  /** Number of codes that a guild had twice. */
  readonly repeated: number;
}

/**
 * Reads the files of a store. `undefined`: there is none, or its creation was interrupted before
 * anything was acknowledged.
 */
export async function loadStore(
  files: FileSystem,
  paths: StorePaths,
  clock: Clock,
  onDamage: OnDamage,
): Promise<LoadedStore | undefined> {
  const records = new Records();
  const codec = new RecordCodec(clock);
  const present = await paths.journals(files);
  const snapshot = await fileIdentity(files, paths.snapshot);
  if (snapshot === undefined && present.length === 0) return undefined;
  const hasJournals = present.length > 0;
  const content =
    snapshot === undefined ? undefined : await readSnapshot(files, paths.snapshot, { records, codec, onDamage, hasJournals });
  const first = content?.header?.generation ?? present[0] ?? 1;
  const journals = await readJournals(
    files,
    paths,
    { store: content?.header?.store, generations: present.filter((g) => g >= first) },
    onDamage,
  );
  const store = content?.header?.store ?? journals[0]?.store;
  const stale = present.filter((generation) => generation < first);
  if (snapshot === undefined) {
    // The first journal is made before the first snapshot, which is empty. While that journal has
    // no entries, nothing was acknowledged.
    if (present.length === 1 && first === 1 && journals[0]?.entries.length === 0 && journals[0].torn === undefined)
      return undefined;
    onDamage(paths.snapshot, undefined, 'is missing, but its journal is there');
  }
  checkSequence(paths, first, journals, onDamage);
  const turns = new Turns();
  for (const { entries } of journals) {
    for (const entry of entries) {
      applyEntry(records, codec, entry);
      const turn = turns.step(sizeOf(entry));
      if (turn !== undefined) await turn;
    }
  }
  return {
    records,
    store,
    snapshot,
    journals: journals.map((journal) => toLoaded(journal.generation, journal)),
    stale,
    repeated: content?.repeated ?? 0,
  };
}

/** Number of changes in a line of a journal. */
function sizeOf({ changes, metadata }: JournalEntry): number {
  return changes.reduce((sum, [, stored]) => sum + stored.length, metadata.length);
}

/** What is kept of a journal that was read. */
export function toLoaded(generation: number, { end, last, unterminated, torn }: JournalContent): LoadedJournal {
  return { generation, end, last, unterminated, torn };
}

/** Applies a line of a journal to records. */
export function applyEntry(records: Records, codec: RecordCodec, { changes, metadata }: JournalEntry): void {
  for (const [guildId, stored] of changes) for (const record of stored) records.set(guildId, record[0], codec.decode(record));
  for (const [key, value] of metadata) {
    if (value === null) records.metadata.delete(key);
    else records.metadata.set(key, value);
  }
}

/**
 * Reads journals, the newest first. A writer appends to a journal only until the next one has its
 * first line. So what is read of an older journal is complete as far as the newer one needs it.
 */
async function readJournals(
  files: FileSystem,
  paths: StorePaths,
  { store, generations }: { readonly store: string | undefined; readonly generations: readonly number[] },
  onDamage: OnDamage,
): Promise<ReadJournal[]> {
  const journals: ReadJournal[] = [];
  for (const generation of generations.toReversed()) {
    const content = await readJournal(files, paths.journal(generation), { store, generation }, JOURNAL_START, onDamage);
    journals.unshift({ generation, ...content });
  }
  return journals;
}

/**
 * Checks that no journal is missing. A snapshot's own journal is always there, and later ones
 * follow without a gap. Each continues the end of the one before. Only the last journal with
 * entries may be torn.
 */
function checkSequence(paths: StorePaths, first: number, journals: readonly ReadJournal[], onDamage: OnDamage): void {
  let expected = first;
  for (const { generation } of journals) {
    if (generation > expected) break;
    expected += 1;
  }
  if (journals.length === 0 || expected <= (journals.at(-1)?.generation ?? 0)) {
    onDamage(paths.journal(expected), undefined, 'is missing, with the marks in it');
  }
  for (const [index, { generation, torn, end }] of journals.entries()) {
    const next = journals[index + 1];
    if (torn !== undefined && journals.slice(index + 1).some(({ entries }) => entries.length > 0)) {
      onDamage(paths.journal(generation), end.line, 'is cut short, and later marks were acknowledged after it');
    } else if (next?.generation === generation + 1 && (next.entries[0]?.after ?? end.checksum) !== end.checksum) {
      onDamage(
        paths.journal(generation),
        end.line,
        'does not end where it ended when the next journal was begun: lines at its end are missing',
      );
    }
  }
}
