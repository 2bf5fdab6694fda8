import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleFiles } from '../../support/json-file/sample-store.js';
import { Lines, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

const GUILD = '100000000000000001';

describe('a store that is opened with recover', () => {
  it('keeps what can be read of a damaged line, and the damaged file under a name that the log says', async () => {
    const folder = await damaged('sent.json', (text) => text.replace('"SPRING24","auto"', '"SPRING24","auto'));
    await expect(makeStore(folder).ping()).rejects.toMatchObject({ code: 'STORE_DAMAGED', line: 3 });
    const bytes = fs.readFileSync(path.join(folder, 'sent.json'));
    const logger = new Lines();
    await withStore(
      folder,
      async (store) => {
        expect(await store.filterUnsent(GUILD, ['SPRING24', 'é"\\[],', 'AUTUMN24'])).toEqual(['SPRING24']);
        expect(await store.filterUnsent('__proto__', ['constructor'])).toEqual([]);
      },
      { recover: true, logger },
    );
    const kept = path.join(folder, 'sent.json.damaged-1');
    expect(fs.readFileSync(kept)).toEqual(bytes);
    expect(logger.all.join('\n')).toContain(kept);
    // It is in order again.
    const after = new Lines();
    await withStore(folder, async (store) => expect(await store.filterUnsent(GUILD, ['SPRING24'])).toEqual(['SPRING24']), {
      logger: after,
    });
    expect(after.all).toEqual([]);
  });

  it('goes on after a header that somebody repeated, in the snapshot and in the journal', async () => {
    for (const name of ['sent.json', 'sent.json.journal.2']) {
      const folder = await damaged(name, (text) => text.replace(/^.*\n/, (header) => header + header));
      const file = path.join(folder, name);
      await expect(makeStore(folder).ping()).rejects.toMatchObject({ code: 'STORE_DAMAGED', path: file });
      const store = makeStore(folder, { recover: true });
      expect(await store.filterUnsent('500', ['LAST', 'X'])).toEqual(['X']);
      expect(await store.filterUnsent('100000000000000001', ['SPRING24', 'X'])).toEqual(['X']);
    }
  });

  it('takes an edit of a person as it is', async () => {
    const folder = await damaged('sent.json', (text) =>
      text.replace('["VIP","auto",1700000000000]', '["VIP","manual",1700000000001],["EDITED",null,null]'),
    );
    await withStore(
      folder,
      async (store) => {
        expect(await store.filterUnsent(GUILD, ['EDITED', 'SPRING24', 'OTHER'])).toEqual(['OTHER']);
      },
      { recover: true },
    );
  });

  it('goes on after a damaged line of the journal', async () => {
    const folder = await damaged('sent.json.journal.2', (text) => text.replace('"AUTUMN24","auto"', '"AUTUMN24",auto'));
    await withStore(folder, async (store) => expect(await store.filterUnsent('500', ['LAST'])).toEqual([]), { recover: true });
    expect(fs.existsSync(path.join(folder, 'sent.json.damaged-1.journal.2'))).toBe(true);
    await withStore(folder, async (store) =>
      expect(await store.filterUnsent(GUILD, ['AUTUMN24', 'VIP'])).toEqual(['AUTUMN24', 'VIP']),
    );
  });

  it('has what the journal says if the snapshot is gone, and what the snapshot says if the journal is gone', async () => {
    const noSnapshot = await damaged('sent.json', () => undefined);
    await withStore(noSnapshot, async (store) => expect(await store.filterUnsent('500', ['LAST', 'X'])).toEqual(['X']), {
      recover: true,
    });
    const noJournal = await damaged('sent.json.journal.2', () => undefined);
    await withStore(noJournal, async (store) => expect(await store.filterUnsent(GUILD, ['VIP', 'X'])).toEqual(['X']), {
      recover: true,
    });
    for (const folder of [noSnapshot, noJournal]) await withStore(folder, (store) => store.markSent('1', ['AFTER']));
  });

  it('does not apply the journal of another store, and keeps it', async () => {
    const folder = await damaged('sent.json', (text) => text);
    const other = await sampleFiles(folder);
    const foreign = other.get(path.join(folder, 'sent.json.journal.2'))!;
    fs.writeFileSync(path.join(folder, 'sent.json.journal.2'), foreign);
    await withStore(folder, async (store) => expect(await store.filterUnsent('500', ['LAST'])).toEqual(['LAST']), {
      recover: true,
    });
    expect(fs.readFileSync(path.join(folder, 'sent.json.damaged-1.journal.2'))).toEqual(foreign);
  });

  it('is opened like any other if nothing is damaged', async () => {
    const folder = await damaged('sent.json', (text) => text);
    const names = fs.readdirSync(folder);
    const logger = new Lines();
    await withStore(folder, (store) => store.ping(), { recover: true, logger });
    expect(fs.readdirSync(folder)).toEqual(names);
    expect(logger.all).toEqual([]);
  });

  it('never overwrites a file that an earlier recovery kept', async () => {
    const folder = await damaged('sent.json', (text) => text.replace('SPRING24', 'SPRING25'));
    await withStore(folder, (store) => store.ping(), { recover: true });
    const kept = fs.readFileSync(path.join(folder, 'sent.json.damaged-1'));
    const file = path.join(folder, 'sent.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('SPRING25', 'SPRING26'));
    await withStore(folder, (store) => store.ping(), { recover: true });
    expect(fs.readFileSync(path.join(folder, 'sent.json.damaged-1'))).toEqual(kept);
    expect(fs.readFileSync(path.join(folder, 'sent.json.damaged-2'), 'utf8')).toContain('SPRING26');
  });
});

/** A sample store with one file spoiled, or removed where `spoil` gives nothing. */
async function damaged(name: string, spoil: (text: string) => string | undefined): Promise<string> {
  const folder = tempFolder();
  for (const [file, bytes] of await sampleFiles(folder)) fs.writeFileSync(file, bytes);
  const file = path.join(folder, name);
  const spoiled = spoil(fs.readFileSync(file, 'utf8'));
  if (spoiled === undefined) fs.unlinkSync(file);
  else fs.writeFileSync(file, spoiled);
  return folder;
}
