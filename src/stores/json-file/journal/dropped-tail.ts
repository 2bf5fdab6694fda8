import { crc32 } from 'node:zlib';
import { writeAtomically } from '../../../files/atomic-write.js';
import { type FileSystem, readAll } from '../../../files/file-system.js';
import { withPath } from '../../../files/io-error.js';
import { checksumText } from '../format/sealed-line.js';

/**
 * Copies the end of a journal from a place on, before it is cut off. Resolves to the copy's path.
 * The same bytes have the same path, so a process that is killed between the copy and the cut
 * leaves one copy, however often. `STORE_IO` if there is no room for it; then the journal is
 * unchanged.
 */
export async function keepTail(files: FileSystem, journal: string, position: number): Promise<string> {
  const tail = await withPath('read', journal, () => readFrom(files, journal, position));
  const copy = `${journal}.dropped-${position}-${checksumText(crc32(tail))}`;
  await writeAtomically(files, { path: copy, pieces: [tail], like: journal });
  return copy;
}

async function readFrom(files: FileSystem, path: string, position: number): Promise<Buffer> {
  const fd = await files.open(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(files.fstatSync(fd).size - position, 0));
    return bytes.subarray(0, await readAll(files, fd, bytes, 0, position));
  } finally {
    await files.close(fd);
  }
}
