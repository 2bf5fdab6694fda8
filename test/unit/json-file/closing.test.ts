import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { FOLD_NEVER, Lines, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

const FOLD_AT_CLOSE = { foldAtCloseBytes: 1 << 20 };

describe('a store that is closed', () => {
  it('has everything in the file that a person can read', async () => {
    const folder = tempFolder();
    await withStore(
      folder,
      async (store) => {
        await store.markSent('1', ['A', 'B']);
        await store.claim('2', ['HELD']);
      },
      {},
      FOLD_AT_CLOSE,
    );
    const snapshot = fs.readFileSync(path.join(folder, 'sent.json'), 'utf8');
    expect(() => JSON.parse(snapshot) as unknown).not.toThrow();
    for (const text of ['"A"', '"B"', '"HELD"']) expect(snapshot).toContain(text);
    expect(fs.readdirSync(folder).sort()).toEqual(['sent.json', 'sent.json.journal.2']);
    await withStore(folder, async (store) => expect(await store.filterUnsent('1', ['A', 'B', 'C'])).toEqual(['C']));
  });

  it('is written no more if nothing has changed', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', ['A']), {}, FOLD_AT_CLOSE);
    const before = fs.statSync(path.join(folder, 'sent.json'), { bigint: true });
    await withStore(folder, (store) => store.isSent('1', 'A'), {}, FOLD_AT_CLOSE);
    expect(fs.statSync(path.join(folder, 'sent.json'), { bigint: true })).toMatchObject({
      ino: before.ino,
      mtimeNs: before.mtimeNs,
    });
  });

  it('leaves a journal that is large for the next time', async () => {
    const folder = tempFolder();
    const codes = Array.from({ length: 1000 }, (_, index) => `CODE${index}`.padEnd(1000, 'X'));
    await withStore(
      folder,
      async (store) => {
        await store.markSent('1', codes);
        await store.markSent('2', codes);
      },
      {},
      { ...FOLD_NEVER, ...FOLD_AT_CLOSE },
    );
    expect(fs.readFileSync(path.join(folder, 'sent.json'), 'utf8')).not.toContain('"guild"');
  });

  it('closes also if the disk is full: the journals have everything', async () => {
    const folder = tempFolder();
    let isFull = false;
    const files = interceptedFiles(({ name }) => {
      if (isFull && name === 'write') throw systemError('ENOSPC');
    });
    const logger = new Lines();
    const store = makeStore(folder, { logger }, { ...FOLD_AT_CLOSE, files });
    await store.markSent('1', ['A']);
    isFull = true;
    await store.close();
    expect(logger.all).toEqual([expect.stringMatching(/^warn .*not folded into the snapshot.*disk is full/)]);
    await withStore(folder, async (again) => expect(await again.filterUnsent('1', ['A', 'B'])).toEqual(['B']));
  });
});
