import { type FileSystem, readAll } from '../../../files/file-system.js';
import { withPath } from '../../../files/io-error.js';
import { SEAL_LENGTH, statedChecksum } from '../format/sealed-line.js';
import type { JournalContent } from './journal-reader.js';
import { FIRST_ENTRY } from './journal-place.js';

/**
 * Whether the last line that a reader took of a journal is still there. A writer whose sync fails
 * takes its line back, and may write another one in its place, even of the same length.
 *
 * To be called after the lines behind it were read. Lines behind another line do not continue its
 * checksum, so only a file without such lines can deceive.
 */
export async function hasLastLine(
  files: FileSystem,
  journal: string,
  { last, end }: Pick<JournalContent, 'last' | 'end'>,
): Promise<boolean> {
  // A header is never taken back.
  if (end.line === FIRST_ENTRY) return true;
  return withPath('read', journal, async () => {
    const fd = await files.open(journal, 'r');
    try {
      const bytes = Buffer.alloc(SEAL_LENGTH);
      const count = await readAll(files, fd, bytes, 0, last.position);
      return statedChecksum({ bytes, start: 0, end: count }) === end.checksum;
    } finally {
      await files.close(fd);
    }
  });
}
