import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';

/** A call on the file system that changes something, or makes it durable. */
export interface FileCall {
  readonly name: 'open' | 'write' | 'sync' | 'ftruncate' | 'rename' | 'unlink';
  /** The file, for a rename the one that is renamed. */
  readonly path: string;
  /** Bytes of a write. */
  readonly length: number;
  /** Ends a write early: after so many bytes. */
  cut: number | undefined;
}

/** What a test does to a call before it happens: counts it, throws, cuts a write short. */
export type OnCall = (call: FileCall) => void;

/** `node:fs` with a look at each call that writes. */
export function interceptedFiles(onCall: OnCall, files: FileSystem = nodeFileSystem): FileSystem {
  const paths = new Map<number, string>();
  const look = (name: FileCall['name'], path: string, length = 0): number => {
    const call: FileCall = { name, path, length, cut: undefined };
    onCall(call);
    return call.cut ?? length;
  };
  const pathOf = (fd: number): string => paths.get(fd) ?? `descriptor ${fd}`;
  return {
    ...files,
    open: async (path, flags, mode) => {
      if (flags === 'wx') look('open', path);
      const fd = await files.open(path, flags, mode);
      paths.set(fd, path);
      return fd;
    },
    write: async (fd, source, offset, length, position) =>
      files.write(fd, source, offset, look('write', pathOf(fd), length), position),
    writeSync: (fd, source, offset, length, position) =>
      files.writeSync(fd, source, offset, look('write', pathOf(fd), length), position),
    fdatasync: async (fd) => {
      look('sync', pathOf(fd));
      await files.fdatasync(fd);
    },
    fsync: async (fd) => {
      look('sync', pathOf(fd));
      await files.fsync(fd);
    },
    ftruncate: async (fd, length) => {
      look('ftruncate', pathOf(fd));
      await files.ftruncate(fd, length);
    },
    rename: async (from, to) => {
      look('rename', from);
      await files.rename(from, to);
    },
    unlink: async (path) => {
      look('unlink', path);
      await files.unlink(path);
    },
  };
}

/** An error as the file system throws it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code });
}
