import type { BigIntStats } from 'node:fs';
import { StoreDamagedError } from '../../../contract/errors.js';
import { writeAtomically } from '../../../files/atomic-write.js';
import { refuseDamage } from '../format/damage.js';
import { type FileSystem, writeAllSync } from '../../../files/file-system.js';
import { journalHeader } from '../format/header.js';
import { ioError } from '../../../files/io-error.js';
import { encodeAfter, encodeAnnouncement } from './journal-entries.js';
import { FIRST_ENTRY, JOURNAL_START, type JournalPlace, roomAfter } from './journal-place.js';
import { readJournal } from './journal-reader.js';
import { sealedLine, statedChecksum } from '../format/sealed-line.js';

const LINE_BREAK = Buffer.from('\n');

/** Which journal, and where its good lines end. */
export interface JournalPosition {
  readonly path: string;
  readonly store: string;
  readonly generation: number;
  readonly end: JournalPlace;
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
  #checksum: number;
  #room = roomAfter(0);
  #unterminated: boolean;
  #after = '';

  private constructor(files: FileSystem, at: JournalPosition) {
    this.#files = files;
    this.#at = at;
    this.generation = at.generation;
    this.#end = at.end.position;
    this.#checksum = at.end.checksum;
    this.#unterminated = at.unterminated;
  }

  /**
   * Makes an empty journal, in place of any of the same generation, with the owner and permissions
   * of the snapshot.
   */
  static async create(
    files: FileSystem,
    at: Pick<JournalPosition, 'path' | 'store' | 'generation'>,
    snapshot: string,
  ): Promise<JournalFile> {
    const header = sealedLine(journalHeader(at));
    await writeAtomically(files, { path: at.path, pieces: [header], like: snapshot });
    const checksum = checksumOf(header);
    return JournalFile.open(files, { ...at, end: { position: header.length, line: FIRST_ENTRY, checksum }, unterminated: false });
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

  /** Whether it ends with its last good line: after one that failed, something may be left. */
  get isRepaired(): boolean {
    return this.#fd !== undefined;
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
   * Lets the first line repeat the last checksum of the journal before. To be called before that
   * line, when the journal before is complete.
   */
  follow({ checksum }: Pick<JournalPlace, 'checksum'>): void {
    this.#after = encodeAfter(checksum);
  }

  /** Checksum of the last good line. */
  get checksum(): number {
    return this.#checksum;
  }

  /**
   * Appends a line. Resolves when it is durable; no other line may be written before that. So after
   * a kill or a power failure at most one line was never acknowledged, and a reader accepts at most
   * one such line. The write is synchronous, because the thread pool would take as long as the
   * write itself. After a failure nothing of the line counts, and the next append repairs the file
   * first.
   */
  async append(content: string): Promise<void> {
    try {
      if (this.#changed !== undefined) throw this.#changed;
      const fd = this.#fd ?? (await this.#open());
      let line = this.#sealed(content);
      if (line.length > this.#room) {
        const room = line.length;
        await this.#write(fd, this.#sealed(encodeAnnouncement(room)), room);
        line = this.#sealed(content);
      }
      await this.#write(fd, line);
    } catch (error) {
      await this.close();
      throw ioError(error, 'write to', this.#at.path);
    }
  }

  #sealed(content: string): Buffer {
    return sealedLine(`${this.#after}${content}`, this.#checksum);
  }

  async #write(fd: number, line: Buffer, announced?: number): Promise<void> {
    this.#check();
    writeAllSync(this.#files, fd, line, this.#end);
    await this.#files.fdatasync(fd);
    this.#end += line.length;
    this.#checksum = checksumOf(line);
    this.#room = roomAfter(line.length, announced);
    this.#after = '';
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
   * Opens the file, and syncs even a good one: a line that a killed process wrote may not be on the
   * disk yet, and counts from here on.
   *
   * After a failed sync the system may have dropped what it could not write, and it reports that
   * only once: another sync of the same descriptor would succeed and mean nothing. So the file is
   * opened again, cut to what an earlier sync made durable, synced, and read.
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
      // Durable before the next line is written, so that a lost line break is not a lost beginning
      // of that line.
      if (this.#unterminated) writeAllSync(this.#files, fd, LINE_BREAK, this.#end);
      await this.#files.fsync(fd);
      if (this.#unterminated) this.#end += LINE_BREAK.length;
      this.#unterminated = false;
      if (again) {
        const { end } = await readJournal(this.#files, path, { store, generation }, JOURNAL_START, refuseDamage);
        if (end.position !== this.#end || end.checksum !== this.#checksum) this.#refuse();
      }
    } catch (error) {
      await this.#files.close(fd).catch(() => undefined);
      throw error;
    }
    this.#fd = fd;
    return fd;
  }

  /**
   * Refuses a file that was removed, replaced or written to by somebody else: nobody would ever
   * read the line. Looks at the path, because the open file shows nothing: a replaced file may keep
   * another name (`sed -i.bak`, a backup of hard links).
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

function checksumOf(line: Buffer): number {
  return statedChecksum({ bytes: line, start: 0, end: line.length }) ?? 0;
}
