import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

const UNFINISHED = '0123456789ab.unfinished';

describe('what a store finds beside its files', () => {
  it('stays if it is another store, whatever that is called', async () => {
    const folder = tempFolder();
    const names = ['sent.json', 'sent.json.unfinished', 'sent.json.tmp', 'sent.json2'];
    for (const name of names) {
      await withStore(folder, (store) => store.markSent('1', [name]), { path: path.join(folder, name) });
    }
    for (const name of names) {
      await withStore(folder, async (store) => expect(await store.isSent('1', name)).toBe(true), {
        path: path.join(folder, name),
      });
    }
  });

  it('goes if a killed process has left it unfinished, and stays if that is of other files', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', ['A']));
    const others = [`other.json.${UNFINISHED}`, `sent.json.copy.${UNFINISHED}`, `sent.json.0123.unfinished`];
    const ours = [`sent.json.${UNFINISHED}`, `sent.json.journal.1.${UNFINISHED}`, `sent.json.journal.7.${UNFINISHED}`];
    for (const name of [...others, ...ours]) fs.writeFileSync(path.join(folder, name), '{"len":"0000');
    await withStore(folder, async (store) => expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['B']));
    expect(fs.readdirSync(folder).sort()).toEqual([...others, 'sent.json', 'sent.json.journal.1'].sort());
  });

  it('cannot be a store with a name that is removed, also behind a symbolic link', async () => {
    const folder = tempFolder();
    const target = path.join(folder, `sent.json.${UNFINISHED}`);
    const link = path.join(folder, 'link.json');
    fs.symlinkSync(target, link);
    for (const at of [target, link]) {
      for (const options of [{}, { readOnly: true }]) {
        await expect(makeStore('', { path: at, ...options }).ping()).rejects.toMatchObject({
          code: 'INVALID_OPTION',
          argument: 'path',
        });
      }
    }
    expect(fs.readdirSync(folder)).toEqual(['link.json']);
  });
});
