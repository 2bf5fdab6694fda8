import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import { readLines } from '../../../src/stores/json-file/format/lines.js';
import { sealedLine } from '../../../src/stores/json-file/format/sealed-line.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

describe('the lines of a file', () => {
  it('are the same in pieces of any size, and in small reads', async () => {
    const file = path.join(tempFolder(), 'lines');
    const sealed = fc.string({ maxLength: 90 }).map((content) =>
      sealedLine(`"a":${JSON.stringify(content)}}`)
        .toString()
        .trimEnd(),
    );
    const odd = fc.constantFrom('', 'a', 'é', 'x'.repeat(50), '\ufeff', '{"len":"ffffffff","crc":"00000000",');
    const text = fc.array(fc.oneof(odd, sealed, fc.stringMatching(/^[a-z]{0,9}$/)));
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        async (lines, end, last, piece) => {
          const content = lines.join(end) + (last ? end : '');
          fs.writeFileSync(file, content);
          const found: { text: string; number: number; terminated: boolean; next: number }[] = [];
          const fd = await nodeFileSystem.open(file, 'r');
          const slow = {
            ...nodeFileSystem,
            read: (...[at, target, offset, length, position]: Parameters<typeof nodeFileSystem.read>) =>
              nodeFileSystem.read(at, target, offset, Math.min(length, 13), position),
          };
          const ended = await readLines(
            slow,
            fd,
            { position: 0, line: 1 },
            ({ bytes, start, end: to, ...line }) => found.push({ ...line, text: bytes.toString('utf8', start, to) }),
            piece,
          );
          await nodeFileSystem.close(fd);
          const expected = content.split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(found.map(({ text: line }) => line)).toEqual(
            expected.map((line, index) => (index === 0 ? line.replace(/^\ufeff/, '') : line).replace(/\r$/, '')),
          );
          expect(found.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
          expect(found.every(({ terminated }, index) => terminated || index === found.length - 1)).toBe(true);
          expect(ended).toBe(Buffer.byteLength(content));
          expect(found.at(-1)?.next ?? 0).toBe(ended);
        },
      ),
    );
  });

  it('are read to their end at once where a seal states it', async () => {
    const file = path.join(tempFolder(), 'long');
    const line = sealedLine(`"a":"${'x'.repeat(5000)}"}`);
    fs.writeFileSync(file, Buffer.concat([line, line]));
    const reads: number[] = [];
    const watched = {
      ...nodeFileSystem,
      read: (...args: Parameters<typeof nodeFileSystem.read>) => (reads.push(args[3]), nodeFileSystem.read(...args)),
    };
    const fd = await nodeFileSystem.open(file, 'r');
    const lines: number[] = [];
    await readLines(watched, fd, { position: 0, line: 1 }, ({ start, end }) => lines.push(end - start), 100);
    await nodeFileSystem.close(fd);
    expect(lines).toEqual([line.length - 1, line.length - 1]);
    expect(reads.filter((bytes) => bytes > 0)).toHaveLength(4);
  });
});
