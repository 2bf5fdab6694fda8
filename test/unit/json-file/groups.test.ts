import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import { systemError } from '../../support/json-file/intercepted-files.js';

import { FOLD_NEVER, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const MEBIBYTE = 1 << 20;
const CALLS = 12;

/** A thousand codes of a thousand letters each: about a mebibyte. */
function longCodes(call: number): string[] {
  return Array.from({ length: 1000 }, (_, index) => `${call}-${index}-`.padEnd(1010, 'X'));
}

describe('many large calls at once', () => {
  it('share lines that stay small enough to be written, and are all made', { timeout: 60_000 }, async () => {
    const folder = tempFolder();
    const store = makeStore(folder, {}, FOLD_NEVER);
    await store.ping();
    const results = await Promise.all(Array.from({ length: CALLS }, (_, call) => store.markSent('1', longCodes(call))));
    expect(results.map(({ marked }) => marked.length)).toEqual(new Array(CALLS).fill(1000));
    await store.close();
    const lines = fs.readFileSync(path.join(folder, 'sent.json.journal.1'), 'utf8').trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4 * MEBIBYTE);
    await withStore(folder, async (again) => expect((await again.stats('1')).total).toBe(CALLS * 1000), {}, FOLD_NEVER);
  });

  it('write what each of them did, where a later one changed the same code', async () => {
    const folder = tempFolder();
    const { files, fail } = failingSyncs();
    const store = makeStore(folder, {}, { ...FOLD_NEVER, files });
    await store.ping();
    const primitives = openPrimitives(store);
    const marks = longCodes(0).map((code, index) => ({
      guildId: '1',
      code: index === 0 ? 'A' : code,
      source: 'first',
      sentAt: 0,
    }));
    const first = primitives.markRecords([{ guildId: '2', code: 'Z', source: null, sentAt: null }]);
    const second = primitives.markRecords(marks);
    const third = primitives.removeRecords(marks);
    const more = primitives.markRecords([...marks.slice(0, 1).map((mark) => ({ ...mark, source: 'second' }))]);
    // The first call, the announcement of a long line, that line, and then the line of the third call.
    fail(4);
    expect((await Promise.allSettled([first, second, third, more])).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((await store.stats('1')).bySource).toEqual({ first: 1000 });
    await store.close();
    await withStore(folder, async (again) => expect((await again.stats('1')).bySource).toEqual({ first: 1000 }));
  });

  it('are all taken back when the first of them fails', async () => {
    const { files, fail } = failingSyncs();
    const store = makeStore(tempFolder(), {}, { ...FOLD_NEVER, files });
    await store.ping();
    fail(1);
    const calls = Array.from({ length: 5 }, (_, call) => store.markSent('1', [...longCodes(call), 'SAME']));
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ reason: { code: 'STORE_IO' } });
    expect(await store.filterUnsent('1', ['SAME'])).toEqual(['SAME']);
    expect((await store.stats('1')).total).toBe(0);
  });
});

/** A disk on which a sync fails, and all after it: the first, the second, the third from when `fail` is called. */
function failingSyncs(): { files: typeof nodeFileSystem; fail: (from: number) => void } {
  let left = Infinity;
  return {
    files: {
      ...nodeFileSystem,
      fdatasync: async (fd) => {
        left -= 1;
        if (left <= 0) {
          left = Infinity;
          throw systemError('EIO');
        }
        await nodeFileSystem.fdatasync(fd);
      },
    },
    fail: (from) => (left = from),
  };
}
