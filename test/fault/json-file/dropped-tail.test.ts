import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canMount, mounted } from '../../support/json-file/mounts.js';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { FOLD_NEVER, Lines, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

const MOUNTS = canMount();
if (!MOUNTS) console.log('skipped in part: this user may not mount a file system');

/** The beginning of a line, as a killed process leaves it. */
const CUT = '{"len":"00000040","crc":"01234567","changes":[["1",[["A"';

describe('the tail of a journal that is dropped', () => {
  it.each([
    ['a line that is cut short', CUT, /line 5 is cut short and was dropped/],
    ['a line of which nothing reached the disk', '\0'.repeat(60), /line 5 is cut short and was dropped.* zeroes/],
  ])('is copied aside first, and the log says where to: %s', async (_, tail, text) => {
    const folder = await storeOf(2);
    const journal = path.join(folder, 'sent.json.journal.1');
    const whole = fs.readFileSync(journal);
    fs.appendFileSync(journal, tail);
    const logger = new Lines();
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(2), { logger }, FOLD_NEVER);
    expect(fs.readFileSync(journal)).toEqual(whole);
    const kept = fs.readdirSync(folder).filter((name) => name.includes('.dropped-'));
    expect(kept).toEqual([expect.stringMatching(/^sent\.json\.journal\.1\.dropped-\d+-[0-9a-f]{8}$/)]);
    expect(fs.readFileSync(path.join(folder, kept[0]!), 'utf8')).toBe(tail);
    expect(logger.all).toHaveLength(1);
    expect(logger.all[0]).toMatch(text);
    expect(logger.all[0]).toContain(path.join(folder, kept[0]!));
    // The copy is no journal, and the store goes on.
    await withStore(folder, (store) => store.markSent('1', ['NEW']), {}, FOLD_NEVER);
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(3));
  });

  it('is copied once, though the process is killed before it is cut off', async () => {
    const folder = await storeOf(1);
    fs.appendFileSync(path.join(folder, 'sent.json.journal.1'), CUT);
    const files = interceptedFiles(({ name }) => {
      if (name === 'ftruncate') throw systemError('EIO');
    });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(makeStore(folder, {}, { files }).ping()).rejects.toMatchObject({ code: 'STORE_IO' });
    }
    await withStore(folder, (store) => store.ping());
    expect(fs.readdirSync(folder).filter((name) => name.includes('.dropped-'))).toHaveLength(1);
  });

  it('stays where it is, and the store does not open, if it cannot be copied', async () => {
    const folder = await storeOf(1);
    fs.appendFileSync(path.join(folder, 'sent.json.journal.1'), CUT);
    await expectNotDropped(folder, {
      files: interceptedFiles(({ name }) => {
        if (name === 'write') throw systemError('ENOSPC');
      }),
    });
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(1));
  });

  it.skipIf(!MOUNTS)('stays where it is on a disk that is really full', async () => {
    const folder = mounted('size=128k');
    await withStore(folder, (store) => store.markSent('1', ['A']));
    fs.appendFileSync(path.join(folder, 'sent.json.journal.1'), CUT);
    const ballast = fs.openSync(path.join(folder, 'ballast'), 'w');
    expect(() => {
      for (;;) fs.writeSync(ballast, Buffer.alloc(4096));
    }).toThrow('ENOSPC');
    fs.closeSync(ballast);
    await expectNotDropped(folder, {});
    fs.rmSync(path.join(folder, 'ballast'));
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(1));
  });

  it('is damage if it is longer than a line that is being written can be: acknowledged lines are gone', async () => {
    const folder = await storeOf(300);
    const journal = path.join(folder, 'sent.json.journal.1');
    const bytes = fs.readFileSync(journal);
    const from = startOfLine(bytes, 45);
    bytes.fill(0, from);
    fs.writeFileSync(journal, bytes);
    await expect(makeStore(folder).ping()).rejects.toMatchObject({ code: 'STORE_DAMAGED', path: journal, line: 45 });
    expect(fs.readFileSync(journal)).toEqual(bytes);
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(42), { recover: true });
  });

  it('may be as long as the longest line that was being written', async () => {
    const folder = await storeOf(3);
    const journal = path.join(folder, 'sent.json.journal.1');
    const before = fs.statSync(journal).size;
    const codes = Array.from({ length: 900 }, (_, index) => `LONG-CODE-NUMBER-${index}`);
    await withStore(folder, (store) => store.markSent('1', codes), {}, FOLD_NEVER);
    const bytes = fs.readFileSync(journal);
    // Up to the line break before the last line: what a line of this length was announced with is on the disk.
    const from = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    expect(from).toBeGreaterThan(before);
    bytes.fill(0, from);
    fs.writeFileSync(journal, bytes);
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(3));
  });
});

async function expectNotDropped(folder: string, seams: Parameters<typeof makeStore>[2]): Promise<void> {
  const journal = path.join(folder, 'sent.json.journal.1');
  const bytes = fs.readFileSync(journal);
  const error: unknown = await makeStore(folder, {}, seams)
    .ping()
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'STORE_IO', cause: { code: 'ENOSPC' } });
  expect(fs.readFileSync(journal)).toEqual(bytes);
  expect(fs.readdirSync(folder).filter((name) => name.includes('.dropped-'))).toEqual([]);
}

/** A store whose journal has a line for each of so many codes, after its header and its identity. */
async function storeOf(codes: number): Promise<string> {
  const folder = tempFolder();
  await withStore(
    folder,
    async (store) => {
      for (let index = 0; index < codes; index += 1) await store.markSent('1', [`CODE${index}`]);
    },
    {},
    FOLD_NEVER,
  );
  return folder;
}

function startOfLine(bytes: Buffer, line: number): number {
  let at = 0;
  for (let number = 1; number < line; number += 1) at = bytes.indexOf('\n', at) + 1;
  return at;
}
