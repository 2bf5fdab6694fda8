import { StoreDamagedError } from '../../contract/errors.js';
import type { Logger } from '../../contract/logger.js';
import { errorText } from '../../domain/error-text.js';
import { writeAtomically } from '../../files/atomic-write.js';
import { type FileIdentity, fileIdentity, isSameFile } from '../../files/file-identity.js';
import { removeIfThere } from '../../files/file-system.js';
import type { FileLock } from '../../files/lock/file-lock.js';
import { refuseDamage } from './format/damage.js';
import type { Header } from './format/header.js';
import type { GroupCommit } from './journal/group-commit.js';
import type { TestSeams } from './test-seams.js';
import { JournalFile } from './journal/journal-file.js';
import type { RecordCodec } from './records/record-codec.js';
import { Records } from './records/records.js';
import { readSnapshot } from './snapshot/snapshot-reader.js';
import { snapshotPieces } from './snapshot/snapshot-writer.js';
import type { StorePaths } from './store-paths.js';

/** What a {@link Compaction} works on. */
export interface CompactionDependencies {
  readonly seams: TestSeams;
  readonly paths: StorePaths;
  readonly store: string;
  readonly records: Records;
  readonly codec: RecordCodec;
  readonly commits: GroupCommit;
  readonly lock: FileLock;
  readonly logger: Logger;
  /** {@link fileIdentity} of the snapshot as this process knows it. */
  readonly snapshot: FileIdentity | undefined;
  /** The snapshot's generation. */
  readonly generation: number | undefined;
  /** `false` if no file can be renamed to the snapshot's path: then the journal keeps growing. */
  readonly replaceable: boolean;
  /** Generations of the journals that the snapshot needs, without the one that is written to. */
  readonly olderJournals: readonly number[];
  /** Bytes of the older journals. */
  readonly olderBytes: number;
}

/**
 * Folds the journal into the next snapshot while marks go on.
 *
 * ```text
 * journal 7:  marks ... complete
 * journal 8:                     made   marks go on ............................................
 * snapshot 8:                             written piece by piece   all in it durable   renamed   journal 7 removed
 * ```
 *
 * A crash at any point leaves a snapshot and all journals from its generation on. The snapshot may
 * already have lines of journal 8. They are applied again, which changes nothing: a line says what
 * its records are, not what happened to them.
 */
export class Compaction {
  readonly #dependencies: CompactionDependencies;
  /**
   * Files that may be at the snapshot's path: the one that was read or written last, and any that
   * may have been renamed to it before a step failed.
   */
  #known: readonly (FileIdentity | undefined)[];
  #generation: number | undefined;
  #snapshotBytes: number;
  #older: readonly number[];
  #olderBytes: number;
  /** After a failure, the bytes at which to try again. */
  #postponedTo = 0;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(dependencies: CompactionDependencies) {
    this.#dependencies = dependencies;
    this.#known = [dependencies.snapshot];
    this.#generation = dependencies.generation;
    this.#snapshotBytes = Number(dependencies.snapshot?.size ?? 0);
    this.#older = dependencies.olderJournals;
    this.#olderBytes = dependencies.olderBytes;
  }

  /** Begins in the background if the journals are large enough. */
  consider(): void {
    if (!this.#dependencies.replaceable) return;
    if (this.#running !== undefined || this.#stopped || this.#bytes < Math.max(this.#threshold, this.#postponedTo)) return;
    void this.tryToRun();
  }

  /**
   * {@link Compaction.run}, but a failure is only logged: the journals have everything, and the
   * next try is when they have grown.
   */
  async tryToRun(): Promise<void> {
    if (!this.#dependencies.replaceable) return;
    const bytes = this.#bytes;
    await this.run().catch((error: unknown) => {
      this.#postponedTo = bytes + this.#threshold;
      if (this.#stopped) return;
      this.#dependencies.logger.warn(
        `${this.#dependencies.paths.snapshot}: the journal was not folded into the snapshot, and grows on. ${errorText(error)}`,
      );
    });
  }

  /**
   * Folds the journals as they are now. Waits first for a folding that is under way, because that
   * began with less.
   */
  async run(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    this.#running = this.#fold().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Gives up a folding that is under way. Nothing is lost. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
  }

  /**
   * Folds a small store when it closes, so that a person finds everything in the snapshot. To be
   * called after {@link Compaction.stop}, when nothing more is written.
   */
  async finish(): Promise<void> {
    const { seams, commits } = this.#dependencies;
    const isFolded = this.#older.length === 0 && commits.journal.saysNothing;
    if (isFolded || this.#snapshotBytes + this.#bytes >= seams.foldAtCloseBytes) return;
    this.#stopped = false;
    await this.tryToRun();
  }

  /** Bytes of all journals. */
  get #bytes(): number {
    return this.#olderBytes + this.#dependencies.commits.journal.end;
  }

  get #threshold(): number {
    const { least, most } = this.#dependencies.seams.compactAtBytes;
    return Math.min(Math.max(this.#snapshotBytes / 16, least), most);
  }

  async #fold(): Promise<void> {
    const { seams, paths, store, records, codec, commits, lock } = this.#dependencies;
    const { files, pieceBytes } = seams;
    const failures = commits.failures;
    lock.check();
    await this.#turnPage();
    const generation = commits.journal.generation;
    const header: Header = { store, generation };
    let written: FileIdentity | undefined;
    let bytes = 0;
    await writeAtomically(files, {
      path: paths.snapshot,
      pieces: this.#unlessStopped(snapshotPieces(records, codec, header, pieceBytes), (length) => (bytes += length)),
      beforeRename: async (temporary) => {
        // Changes in the new snapshot may not be durable yet, and may still be taken back. The
        // snapshot must not have those.
        await commits.settled();
        if (commits.failures !== failures) throw new Error('A write to the journal failed meanwhile.');
        const found = await fileIdentity(files, paths.snapshot);
        if (!(await this.#isKnown(found))) {
          throw new Error('The file was changed or replaced while the store was open, and is left as it is. Restart to read it.');
        }
        written = await fileIdentity(files, temporary);
        this.#known = [...this.#known, written];
        lock.check();
      },
    });
    this.#known = [written];
    this.#generation = generation;
    this.#snapshotBytes = bytes;
    this.#olderBytes = 0;
    this.#postponedTo = 0;
    for (const older of this.#older) await removeIfThere(files, paths.journal(older));
    this.#older = [];
  }

  /**
   * Whether this process knows the file at the snapshot's path. A file that was only touched counts
   * as known: its seals and its generation show that.
   */
  async #isKnown(found: FileIdentity | undefined): Promise<boolean> {
    if (this.#known.some((known) => isSameFile(known, found))) return true;
    if (!this.#known.some((known) => found !== undefined && isSameFile({ ...found, mtimeNs: known?.mtimeNs ?? 0n }, known)))
      return false;
    const { seams, paths, store, codec } = this.#dependencies;
    const target = { records: new Records(), codec, onDamage: refuseDamage, hasJournals: true };
    try {
      const { header } = await readSnapshot(seams.files, paths.snapshot, target);
      return header?.store === store && header.generation === this.#generation;
    } catch (error) {
      if (error instanceof StoreDamagedError) return false;
      throw error;
    }
  }

  /**
   * Lets marks go on in a journal of the next generation. Reuses an empty journal that an
   * interrupted compaction left, so that a process that dies at each start does not leave one more
   * each time.
   */
  async #turnPage(): Promise<void> {
    const { seams, paths, store, commits } = this.#dependencies;
    if (commits.journal.saysNothing && this.#older.length > 0) return;
    const generation = commits.journal.generation + 1;
    const next = await JournalFile.create(seams.files, { path: paths.journal(generation), store, generation }, paths.snapshot);
    let before: JournalFile;
    try {
      before = await commits.switchTo(next);
    } catch (error) {
      await next.close();
      throw error;
    }
    this.#older = [...this.#older, before.generation];
    this.#olderBytes += before.end;
    await before.close();
  }

  async *#unlessStopped(
    pieces: AsyncIterable<Uint8Array>,
    onPiece: (length: number) => void,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of pieces) {
      if (this.#stopped) throw new Error('The store was closed meanwhile.');
      onPiece(piece.length);
      yield piece;
    }
  }
}
