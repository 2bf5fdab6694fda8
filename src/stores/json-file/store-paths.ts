import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FileSystem } from '../../files/file-system.js';
import { hasCode } from '../../files/file-system.js';
import { ioError, withPath } from '../../files/io-error.js';
import { refuseTemporaryPath } from '../../files/temporary-name.js';

/** Suffix of the copy of a journal's dropped end, after the journal's name. */
const DROPPED = /\.dropped-\d+-[0-9a-f]{8}$/;
const MOST_LINKS = 40;

/** Where the files of a store are. */
export class StorePaths {
  /** The folder of all of them, without symbolic links. */
  readonly folder: string;
  /** The snapshot: the path that the caller gave, followed through its symbolic links. */
  readonly snapshot: string;

  constructor(folder: string, base: string) {
    this.folder = folder;
    this.snapshot = join(folder, base);
  }

  /** Name of the snapshot in its folder. */
  get base(): string {
    return basename(this.snapshot);
  }

  /** The journal of a generation. */
  journal(generation: number): string {
    return `${this.snapshot}.journal.${generation}`;
  }

  /** Generations of the journals that are there, in order. */
  async journals(files: FileSystem): Promise<number[]> {
    const names = await withPath('list the folder', this.folder, () => files.readdir(this.folder));
    return names
      .map((name) => this.#generationOf(name))
      .filter((generation) => generation !== undefined)
      .sort((a, b) => a - b);
  }

  /**
   * Whether a name in the folder is that of the snapshot, of a journal, or of a journal's dropped
   * end.
   */
  isOurs(name: string): boolean {
    return name === this.base || this.#generationOf(name.replace(DROPPED, '')) !== undefined;
  }

  #generationOf(name: string): number | undefined {
    const prefix = `${this.base}.journal.`;
    const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : undefined;
  }
}

/**
 * Follows the symbolic links of a path once, so that a rename replaces the file and not the link to
 * it. The file need not be there. `INVALID_OPTION` for a name that is reserved for temporary files.
 */
export async function resolvePaths(path: string): Promise<StorePaths> {
  let target = resolve(path);
  for (let links = 0; ; links += 1) {
    if (links === MOST_LINKS) throw ioError(Object.assign(new Error('ELOOP'), { code: 'ELOOP' }), 'open', path);
    const link = await linkAt(target);
    if (link === undefined) break;
    target = resolve(dirname(target), link);
  }
  refuseTemporaryPath(target);
  const folder = await withPath('find the folder of', target, () => realpath(dirname(target)));
  return new StorePaths(folder, basename(target));
}

async function linkAt(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    // No file, or no folder: the search for the folder reports that, with its path.
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw ioError(error, 'look at', path);
  }
}
