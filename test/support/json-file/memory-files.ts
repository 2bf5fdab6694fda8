import path from 'node:path';
import type { BigIntStats, Stats } from 'node:fs';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';
import { systemError } from './intercepted-files.js';

/** Files in memory that can be read: damage in every bit of a store takes tens of thousands of openings. */
export function memoryFiles(contents: ReadonlyMap<string, Buffer>): FileSystem {
  const paths = [...contents.keys()];
  const contentOf = (name: string): Buffer => {
    const bytes = contents.get(name);
    if (bytes === undefined) throw systemError('ENOENT');
    return bytes;
  };
  return {
    ...nodeFileSystem,
    open: async (name) => {
      contentOf(name);
      return paths.indexOf(name);
    },
    close: async () => undefined,
    read: async (fd, target, offset, length, position) =>
      contentOf(paths[fd] ?? '').copy(target, offset, position, position + length),
    fstatSync: (fd) => partial<Stats>({ size: contentOf(paths[fd] ?? '').length }),
    stat: async (name) => {
      const size = BigInt(contentOf(name).length);
      return partial<BigIntStats>({ dev: 1n, ino: 1n, size, mtimeNs: 1n, isFile: () => true, isDirectory: () => false });
    },
    readdir: async (folder) => paths.filter((name) => path.dirname(name) === folder).map((name) => path.basename(name)),
  };
}

/** The members of an object that the code under test asks for. */
function partial<T>(members: Partial<T>): T {
  return members as T;
}
