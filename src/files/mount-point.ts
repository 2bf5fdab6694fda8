import { readFile } from 'node:fs/promises';
import { hasCode } from './file-system.js';

/**
 * Whether something is mounted at a path itself, as a container does with a single file: no other
 * file can be renamed to it. Known on Linux alone; `false` elsewhere.
 */
export async function isMountPoint(path: string): Promise<boolean> {
  let table: string;
  try {
    table = await readFile('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    // Another system, or a sandbox without /proc: a rename will tell.
    if (hasCode(error, 'ENOENT', 'EACCES', 'EPERM')) return false;
    throw error;
  }
  return table.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === path);
}

/** Spaces and the like are octal in the table. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
