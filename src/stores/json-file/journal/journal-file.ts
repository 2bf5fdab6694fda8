import type { BigIntStats } from 'node:fs';
import { StoreDamagedError } from '../../../contract/errors.js';
import { writeAtomically } from '../../../files/atomic-write.js';
import { refuseDamage } from '../format/damage.js';
import { type FileSystem, writeAllSync } from '../../../files/file-system.js';
import { journalHeader } from '../format/header.js';
import { ioError } from '../../../files/io-error.js';
import { JOURNAL_START, readJournal } from './journal-reader.js';
import { sealedLine } from '../format/sealed-line.js';

/** Which journal, and where its good lines end. */
export interface JournalPosition {
  readonly path: string;
  readonly store: string;
  readonly generation: number;
  /** In bytes. */
  readonly end: number;
  /** Whether the last line lacks its line break. */
  readonly unterminated: boolean;
}

/** A journal that is appended to. One call of {@link JournalFile.append} at a time. */
export class JournalFile {
  readonly generation: number;
  readonly #files: FileSystem;
  readonly #at: JournalPosition;
  #fd: number | undefined;
  /** Device and inode of the file. */
  #file: Pick<BigIntStats, 'dev' | 'ino'> | undefined;
  #changed: StoreDamagedError | undefined;
  #end: number;
  #lead: string;

  private constructor(files: FileSystem, at: JournalPosition) {
    this.#files = files;
    this.#at = at;
    this.generation = at.generation;
    this.#end = at.end;
    this.#lead = at.unterminated ? '\n' : '';
  }

  /** Makes a journal that says nothing, in place of one of the same generation. */
  static async create(files: FileSystem, at: Pick<JournalPosition, 'path' | 'store' | 'generation'>): Promise<JournalFile> {
    const header = sealedLine(journalHeader(at));
    await writeAtomically(files, { path: at.path, pieces: [header] });
    return JournalFile.open(files, { ...at, end: header.length, unterminated: false });
  }

  /** Opens a journal; what comes after the end of its good lines is cut off. */
  static async open(files: FileSystem, at: JournalPosition): Promise<JournalFile> {
    const journal = new JournalFile(files, at);
    await journal.#open();
    return journal;
  }

  /** Why nothing more is written: somebody else changed the file. */
  get changed(): StoreDamagedError | undefined {
    return this.#changed;
  }

  /** Whether it has its header and nothing more. */
  get saysNothing(): boolean {
    return this.#end <= sealedLine(journalHeader(this.#at)).length;
  }

  /** End of the good lines in bytes. */
  get end(): number {
    return this.#end;
  }

  /**
   * Appends a line. Resolves when it is durable. The write is made before this returns, since the way over the thread pool takes as long as the
   * write itself. After a failure nothing of the line counts, and the next append repairs the file first.
   */
  async append(content: string): Promise<void> {
    let fd = this.#fd;
    try {
      if (this.#changed !== undefined) throw this.#changed;
      fd ??= await this.#open();
      this.#check();
      const line = Buffer.concat([Buffer.from(this.#lead), sealedLine(content)]);
      writeAllSync(this.#files, fd, line, this.#end);
      await this.#files.fdatasync(fd);
      this.#end += line.length;
      this.#lead = '';
    } catch (error) {
      await this.close();
      throw ioError(error, 'write to', this.#at.path);
    }
  }

  /** Makes the file end with its last durable line again, if a failure left something after it. */
  async repair(): Promise<void> {
    if (this.#fd !== undefined) return;
    try {
      if (this.#changed !== undefined) throw this.#changed;
      await this.#open();
    } catch (error) {
      throw ioError(error, 'repair', this.#at.path);
    }
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await this.#files.close(fd).catch(() => undefined);
  }

  /**
   * A line that a killed process wrote may not be on the disk yet, and counts from here on; so even a good file is synced.
   *
   * After a failed sync the system may have dropped what it could not write, and it reports that once only: another sync of the same
   * descriptor would succeed and mean nothing. So the file is opened again, cut to what an earlier sync made durable, synced as it is then, and read.
   */
  async #open(): Promise<number> {
    const { path, store, generation } = this.#at;
    const fd = await this.#files.open(path, 'r+');
    try {
      const { size, ino } = this.#files.fstatSync(fd);
      const again = this.#file !== undefined;
      const found = this.#files.statSync(path);
      if (found === undefined || Number(found.ino) !== ino || (again && !this.#isOurs(found))) this.#refuse();
      this.#file = { dev: found.dev, ino: found.ino };
      if (size !== this.#end) await this.#files.ftruncate(fd, this.#end);
      await this.#files.fsync(fd);
      if (again) await readJournal(this.#files, path, { store, generation }, JOURNAL_START, refuseDamage);
    } catch (error) {
      await this.#files.close(fd).catch(() => undefined);
      throw error;
    }
    this.#fd = fd;
    return fd;
  }

  /**
   * A file that was removed, replaced or written to by somebody else would take the line, and nobody would ever read it. Asked of the path: a replaced
   * file may keep another name (`sed -i.bak`, a backup of hard links), so nothing about the open file tells.
   */
  #check(): void {
    const found = this.#files.statSync(this.#at.path);
    if (found === undefined || !this.#isOurs(found) || found.size !== BigInt(this.#end)) this.#refuse();
  }

  #isOurs({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): boolean {
    return dev === this.#file?.dev && ino === this.#file.ino;
  }

  #refuse(): never {
    const { path } = this.#at;
    this.#changed = new StoreDamagedError(
      `${path} was changed, replaced or removed while the store was open. Nothing more is written to it. ` +
        'Find out who did it, then open the store again.',
      { path },
    );
    throw this.#changed;
  }
}
