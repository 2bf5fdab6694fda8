import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a new version of a file takes over from the last one, and how it is put in place. */
export interface Replacement {
  readonly path: string;
  readonly text: string;
  /** The version that it replaces; absent if there is no file. */
  readonly last?: Stats;
  /** Asked just before the file is put in place. Rejects to call it off. */
  readonly confirm: () => Promise<void>;
}

/**
 * Puts a new version of a file in place: whoever reads sees the old text or the new one, whole, and after a power failure too. A failure leaves
 * the old version; a process that is killed may leave a `.tmp` file beside it. Permissions stay, and the owner where the process may give
 * files away.
 */
export async function replaceFile({ path, text, last, confirm }: Replacement): Promise<void> {
  const mode = last && last.mode & 0o7777;
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode ?? 0o666);
    try {
      // Goes on after a short write until all is written or a write fails.
      await file.writeFile(text);
      if (last !== undefined && process.getuid?.() === 0) await file.chown(last.uid, last.gid);
      // A new file's mode went through the umask.
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await confirm();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such call, and its file system keeps a rename in its journal.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
