import { SentCodeStoreError, StoreDamagedError } from '../../contract/errors.js';
import type { CodeKey } from '../../domain/codes.js';
import type { Clock } from '../../domain/clock.js';
import { refuseDamage } from './format/damage.js';
import { type FileIdentity, fileIdentity, isSameFile } from '../../files/file-identity.js';
import { type FileSystem, hasCode } from '../../files/file-system.js';
import type { TestSeams } from './test-seams.js';
import { FIRST_ENTRY, JOURNAL_START } from './journal/journal-place.js';
import { hasLastLine } from './journal/last-line.js';
import { type JournalContent, readJournal } from './journal/journal-reader.js';
import { applyEntry, type LoadedJournal, type LoadedStore, loadStore, toLoaded } from './loader.js';
import type { OpenFile } from './open-file.js';
import { RecordCodec } from './records/record-codec.js';
import type { Records } from './records/records.js';
import { notFound } from './format/store-errors.js';
import { resolvePaths, type StorePaths } from './store-paths.js';

/** Most tries to read files that a writer replaces meanwhile. */
const MOST_ATTEMPTS = 20;

/** How a store is opened for reading. */
export interface ReadOnlyOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly seams: TestSeams;
}

/**
 * The files of a store, read without its lock. Every call first reads what a writer has appended
 * since the last one, so it sees all that was acknowledged before.
 */
export class ReadOnlyFile implements OpenFile {
  readonly #paths: StorePaths;
  readonly #options: ReadOnlyOptions;
  readonly #codec: RecordCodec;
  #loaded: LoadedStore;
  /** One refresh at a time. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(paths: StorePaths, options: ReadOnlyOptions, loaded: LoadedStore) {
    this.#paths = paths;
    this.#options = options;
    this.#codec = new RecordCodec(options.clock);
    this.#loaded = loaded;
  }

  /** Reads the files; `STORE_NOT_FOUND` if there are none. */
  static async open(options: ReadOnlyOptions): Promise<ReadOnlyFile> {
    const paths = await resolvePaths(options.path);
    return new ReadOnlyFile(paths, options, await load(paths, options));
  }

  get records(): Records {
    return this.#loaded.records;
  }

  async read<T>(_keys: readonly CodeKey[], _metadataKeys: readonly string[], look: () => T): Promise<T> {
    await this.#refreshed();
    return look();
  }

  async commit(): Promise<void> {
    throw new SentCodeStoreError(
      'STORE_READ_ONLY',
      `${this.#paths.snapshot} was opened with readOnly: true, and this call writes.`,
    );
  }

  async settled(): Promise<void> {
    // Only what is durable is read.
  }

  async ping(): Promise<void> {
    await this.#refreshed();
  }

  async close(): Promise<void> {
    await this.#turn;
  }

  async #refreshed(): Promise<void> {
    const refresh = this.#turn.then(() => this.#refresh());
    this.#turn = refresh.catch(() => undefined);
    await refresh;
  }

  async #refresh(): Promise<void> {
    const { files } = this.#options.seams;
    if (isSameFile(await fileIdentity(files, this.#paths.snapshot), this.#loaded.snapshot)) {
      const appended = await this.#readAppended();
      if (appended !== undefined) {
        this.#loaded = { ...this.#loaded, journals: appended };
        return;
      }
    }
    this.#loaded = await load(this.#paths, this.#options);
  }

  /**
   * Applies what was appended. `undefined` if the files were replaced meanwhile, or a line was
   * taken back. The newest journal is read first, as when the store opens.
   */
  async #readAppended(): Promise<readonly LoadedJournal[] | undefined> {
    const { records, store, journals } = this.#loaded;
    const { files } = this.#options.seams;
    const open = journals.slice(firstOpen(journals));
    const present = await this.#paths.journals(files);
    if (open.length === 0 || !open.every(({ generation }) => present.includes(generation))) return undefined;
    const read: { generation: number; content: JournalContent }[] = [];
    for (const generation of present.filter((each) => each >= (open[0]?.generation ?? 0)).toReversed()) {
      const path = this.#paths.journal(generation);
      const known = open.find((journal) => journal.generation === generation);
      try {
        const content = await readJournal(files, path, { store, generation }, known?.end ?? JOURNAL_START, refuseDamage);
        if (known !== undefined && !(await hasLastLine(files, path, known))) return undefined;
        const { last } = known?.end.checksum === content.end.checksum ? known : content;
        read.unshift({ generation, content: { ...content, last } });
      } catch (error) {
        // The files do not continue what was read before. They are read from the beginning, which
        // shows whether they are damaged.
        if (error instanceof StoreDamagedError) return undefined;
        if (error instanceof SentCodeStoreError && hasCode(error.cause, 'ENOENT')) return undefined;
        throw error;
      }
    }
    for (const { content } of read) for (const entry of content.entries) applyEntry(records, this.#codec, entry);
    return read.map(({ generation, content }) => toLoaded(generation, content));
  }
}

/**
 * Index of the first journal that may still grow: a writer makes the next journal before it writes
 * its last line to this one.
 */
function firstOpen(journals: readonly LoadedJournal[]): number {
  return Math.max(
    0,
    journals.findLastIndex(({ end }) => end.line > FIRST_ENTRY),
  );
}

/**
 * Reads the files again if a writer changed them meanwhile: it may replace a file, or take a line
 * back. An error in files that nobody touched meanwhile is a real one.
 */
async function load(paths: StorePaths, { clock, seams }: ReadOnlyOptions): Promise<LoadedStore> {
  const { files } = seams;
  for (let attempt = 1; ; attempt += 1) {
    const before = await identities(files, paths);
    try {
      const loaded = await loadStore(files, paths, clock, refuseDamage);
      if (loaded === undefined) throw notFound(paths.snapshot);
      return loaded;
    } catch (error) {
      const after = await identities(files, paths);
      const untouched = before.length === after.length && before.every((identity, index) => isSameFile(identity, after[index]));
      if (untouched || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** Identities of the snapshot and its journals. */
async function identities(files: FileSystem, paths: StorePaths): Promise<(FileIdentity | undefined)[]> {
  const all = [paths.snapshot, ...(await paths.journals(files)).map((generation) => paths.journal(generation))];
  return Promise.all(all.map((path) => fileIdentity(files, path)));
}
