import type { Logger } from '../../contract/logger.js';
import { describeDamage, type OnDamage } from './format/damage.js';
import { type FileSystem, hasCode } from '../../files/file-system.js';
import { ioError } from '../../files/io-error.js';
import type { StorePaths } from './store-paths.js';

/** A recovery: notes damage instead of refusing it, and keeps the damaged files. */
export class Recovery {
  readonly #paths: StorePaths;
  readonly #files: FileSystem;
  readonly #logger: Logger;
  readonly #damaged = new Set<string>();
  #found = 0;

  constructor(paths: StorePaths, files: FileSystem, logger: Logger) {
    this.#paths = paths;
    this.#files = files;
    this.#logger = logger;
  }

  /** Whether there was damage. */
  get hasDamage(): boolean {
    return this.#found > 0;
  }

  /** Logs damage and lets the reader go on. */
  readonly onDamage: OnDamage = (path, line, reason) => {
    this.#found += 1;
    this.#damaged.add(path);
    this.#logger.error(`Recovering: ${describeDamage(path, line, reason)}`);
  };

  /** Copies each damaged file, before anything is written. */
  async keepDamaged(): Promise<void> {
    if (this.#found === 0) return;
    const names = await this.#files.readdir(this.#paths.folder);
    let number = 1;
    while (names.some((name) => name.startsWith(`${this.#paths.base}.damaged-${number}`))) number += 1;
    for (const path of this.#damaged) {
      const kept = `${this.#paths.snapshot}.damaged-${number}${path.slice(this.#paths.snapshot.length)}`;
      try {
        await this.#files.copyFile(path, kept);
        this.#logger.error(
          `Recovering: the damaged ${path} is kept as ${kept}. Codes that could not be read of it count as new.`,
        );
      } catch (error) {
        // The damage may be that the file is missing.
        if (!hasCode(error, 'ENOENT')) throw ioError(error, 'keep a copy of', path);
      }
    }
  }
}
