import fs from 'node:fs';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';

const { COPYFILE_EXCL } = fs.constants;

/**
 * `node:fs` in an order that is the same in every run: each call happens at once, and is answered in
 * the next turn of the event loop. Calls side by side take turns, as in the thread pool, whose
 * order is the machine's.
 */
export const filesInTurns: FileSystem = {
  ...nodeFileSystem,
  open: inTurn((path, flags, mode) => fs.openSync(path, flags, mode)),
  close: inTurn((fd) => fs.closeSync(fd)),
  read: inTurn((fd, target, offset, length, position) => fs.readSync(fd, target, offset, length, position)),
  write: inTurn((fd, source, offset, length, position) => fs.writeSync(fd, source, offset, length, position)),
  fdatasync: inTurn((fd) => fs.fdatasyncSync(fd)),
  fsync: inTurn((fd) => fs.fsyncSync(fd)),
  ftruncate: inTurn((fd, length) => fs.ftruncateSync(fd, length)),
  fchmod: inTurn((fd, mode) => fs.fchmodSync(fd, mode)),
  fchown: inTurn((fd, uid, gid) => fs.fchownSync(fd, uid, gid)),
  stat: inTurn((path) => fs.statSync(path, { bigint: true })),
  readdir: inTurn((path) => fs.readdirSync(path)),
  rename: inTurn((from, to) => fs.renameSync(from, to)),
  unlink: inTurn((path) => fs.unlinkSync(path)),
  copyFile: inTurn((from, to) => fs.copyFileSync(from, to, COPYFILE_EXCL)),
};

/** The same without syncs, for tests in which the machine goes on: a sync shows nothing there, and takes most of the time. */
export const filesWithoutSyncs: FileSystem = {
  ...filesInTurns,
  fdatasync: inTurn(() => undefined),
  fsync: inTurn(() => undefined),
};

function inTurn<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => Promise<R> {
  return async (...args) => {
    const result = call(...args);
    await new Promise((resolve) => setImmediate(resolve));
    return result;
  };
}
