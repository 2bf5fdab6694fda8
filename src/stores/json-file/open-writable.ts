import type { Logger } from '../../contract/logger.js';
import type { Clock } from '../../domain/clock.js';
import type { RandomId } from '../../domain/random.js';
import { writeAtomically } from '../../files/atomic-write.js';
import { refuseDamage } from './format/damage.js';
import type { FileLock } from '../../files/lock/file-lock.js';
import { fileIdentity } from '../../files/file-identity.js';
import { removeIfThere, syncFolder } from '../../files/file-system.js';
import { isMountPoint } from '../../files/mount-point.js';
import { removeUnfinished } from '../../files/temporary-name.js';
import type { TestSeams } from './test-seams.js';
import { ioError } from '../../files/io-error.js';
import { keepTail } from './journal/dropped-tail.js';
import { JournalFile } from './journal/journal-file.js';
import { FIRST_ENTRY, JOURNAL_START } from './journal/journal-place.js';
import { type LoadedStore, loadStore } from './loader.js';
import { RecordCodec } from './records/record-codec.js';
import { Recovery } from './recovery.js';
import { Records } from './records/records.js';
import { snapshotPieces } from './snapshot/snapshot-writer.js';
import { notFound } from './format/store-errors.js';
import { lockStore } from './store-lock.js';
import { resolvePaths, type StorePaths } from './store-paths.js';
import { WritableFile } from './writable-file.js';

/** How a store is opened for writing. */
export interface WritableOptions {
  readonly path: string;
  readonly create: 'if-missing' | 'never';
  readonly lockTimeoutMs: number;
  readonly recover: boolean;
  readonly clock: Clock;
  readonly randomId: RandomId;
  readonly logger: Logger;
  readonly seams: TestSeams;
}

/** Takes the lock, reads the files, brings them in order, and makes them if there are none. */
export async function openWritable(options: WritableOptions): Promise<WritableFile> {
  const { path, create, seams, logger, lockTimeoutMs: timeoutMs } = options;
  const paths = await resolvePaths(path);
  if ((await fileIdentity(seams.files, paths.snapshot)) === undefined && create === 'never') {
    // Before the lock is taken: a lock leaves traces, and the folder may be the wrong one.
    if ((await paths.journals(seams.files)).length === 0) throw notFound(paths.snapshot);
  }
  const lock = await lockStore(paths, { timeoutMs, logger, platform: seams.platform });
  try {
    const recovery = options.recover ? new Recovery(paths, seams.files, logger) : undefined;
    const loaded = await loadStore(seams.files, paths, options.clock, recovery?.onDamage ?? refuseDamage);
    if (loaded === undefined && create === 'never') throw notFound(paths.snapshot);
    const store = loaded ?? (await createStore(paths, options));
    await recovery?.keepDamaged();
    await keepTails(store, paths, options);
    if (store.repeated > 0) {
      logger.warn(`${paths.snapshot}: ${store.repeated} codes were there twice; the earliest time of each counts.`);
    }
    const file = await openLoaded(store, paths, lock, options);
    if (recovery?.hasDamage === true) await rewrite(file);
    // A compaction was interrupted. It is repeated before the first mark, so that the journals of a
    // process that dies at each start do not add up.
    else if (store.journals.length > 1) await file.tryToCompact();
    return file;
  } catch (error) {
    await lock.release();
    throw ioError(error, 'open', paths.snapshot);
  }
}

/**
 * Makes the first journal, then the first snapshot, which is empty. So an empty journal without a
 * snapshot is an interrupted creation, and any other journal without a snapshot is damage.
 */
async function createStore(paths: StorePaths, { seams, clock, randomId }: WritableOptions): Promise<LoadedStore> {
  const { files, pieceBytes } = seams;
  const header = { store: randomId(), generation: 1 };
  const journal = await JournalFile.create(files, { path: paths.journal(1), ...header }, paths.snapshot);
  const end = { position: journal.end, line: FIRST_ENTRY, checksum: journal.checksum };
  await journal.close();
  const records = new Records();
  await writeAtomically(files, {
    path: paths.snapshot,
    pieces: snapshotPieces(records, new RecordCodec(clock), header, pieceBytes),
  });
  return {
    records,
    store: header.store,
    snapshot: await fileIdentity(files, paths.snapshot),
    journals: [{ generation: 1, end, last: JOURNAL_START, unterminated: false, torn: undefined }],
    stale: [],
    repeated: 0,
  };
}

/**
 * Copies the dropped ends of journals before anything is changed, and logs what is known of them.
 */
async function keepTails({ journals }: LoadedStore, paths: StorePaths, { seams, logger }: WritableOptions): Promise<void> {
  for (const { generation, torn, end } of journals) {
    if (torn === undefined) continue;
    const journal = paths.journal(generation);
    const copy = await keepTail(seams.files, journal, end.position);
    const known = torn.unknownLength
      ? 'Its beginning is zeroes, so its length is not known. A power failure in the middle of a write leaves that, and the call was never ' +
        'acknowledged. If there was none, the disk has lost lines that were: restore a backup.'
      : 'A crash or a power failure in the middle of a write leaves such a line, and its call was never acknowledged.';
    logger.warn(
      `${journal}: line ${end.line} is cut short and was dropped; its ${torn.bytes} bytes are kept as ${copy}. ${known}`,
    );
  }
}

async function openLoaded(
  loaded: LoadedStore,
  paths: StorePaths,
  lock: FileLock,
  { seams, clock, logger, randomId }: WritableOptions,
): Promise<WritableFile> {
  const { files } = seams;
  const store = loaded.store ?? randomId();
  const replaceable = !(await isMountPoint(paths.snapshot));
  if (!replaceable) logger.warn(mountPoint(paths));
  // Renames of a killed process may not be on the disk yet, and the removals below depend on them.
  await syncFolder(files, paths.folder);
  for (const generation of loaded.stale) await removeIfThere(files, paths.journal(generation));
  await removeUnfinished(files, paths.folder, (name) => paths.isOurs(name));
  const older: JournalFile[] = [];
  let journal: JournalFile | undefined;
  for (const { generation, end, unterminated } of loaded.journals) {
    if (journal !== undefined) older.push(journal);
    await journal?.close();
    const before: JournalFile | undefined = journal;
    journal = await JournalFile.open(files, { path: paths.journal(generation), store, generation, end, unterminated });
    if (before !== undefined && end.line === FIRST_ENTRY) journal.follow(before);
  }
  journal ??= await JournalFile.create(files, { path: paths.journal(1), store, generation: 1 }, paths.snapshot);
  return new WritableFile({
    records: loaded.records,
    codec: new RecordCodec(clock),
    journal,
    lock,
    compaction: {
      seams,
      paths,
      store,
      logger,
      snapshot: loaded.snapshot,
      generation: loaded.journals[0]?.generation,
      replaceable,
      olderJournals: older.map(({ generation }) => generation),
      olderBytes: older.reduce((sum, { end }) => sum + end, 0),
    },
  });
}

function mountPoint({ snapshot, folder }: StorePaths): string {
  return (
    `${snapshot} is mounted as a single file, so it can never be replaced: its journal beside it keeps growing, and is lost with the container if ` +
    `${folder} is. Mount the folder in place of the file.`
  );
}

/** A recovered store is written anew before it is used, so that the damage is gone. */
async function rewrite(file: WritableFile): Promise<void> {
  try {
    await file.compact();
  } catch (error) {
    await file.close();
    throw error;
  }
}
