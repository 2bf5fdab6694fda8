import fs from 'node:fs';

/** Copies the files of a store into another folder, as a crash would leave them now: without the sockets of its lock, which cannot be copied. */
export function copyFiles(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, filter: (path) => !fs.lstatSync(path).isSocket() });
}
