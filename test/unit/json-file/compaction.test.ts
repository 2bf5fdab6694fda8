import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compact } from '../../support/json-file/sample-store.js';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';
import { systemError } from '../../support/json-file/intercepted-files.js';
import { FOLD_NEVER, makeStore, warnings, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

describe('a compaction', () => {
  it('does not stop marks, which go to the next journal', async () => {
    const folder = tempFolder();
    await withStore(
      folder,
      (store) => store.markSentMany(Array.from({ length: 50 }, (_, guild) => ({ guildId: `${guild}`, codes: codes(20) }))),
      {},
      FOLD_NEVER,
    );
    // Each piece of the snapshot waits until a mark was made beside it.
    let pieces = 0;
    let marked = 0;
    const store = makeStore(
      folder,
      {},
      {
        compactAtBytes: { least: 1, most: 1 },
        pieceBytes: 1,
        files: {
          ...nodeFileSystem,
          write: async (...call) => {
            if (marked < 30) {
              pieces += 1;
              await store.markSent(`${(marked * 7) % 50}`, [`DURING${marked}`]);
              marked += 1;
            }
            return nodeFileSystem.write(...call);
          },
        },
      },
    );
    await store.ping();
    await foldedTo(folder, 2);
    expect(pieces).toBe(30);
    await store.close();
    await withStore(folder, async (again) => {
      for (let mark = 0; mark < 30; mark += 1) expect(await again.isSent(`${(mark * 7) % 50}`, `DURING${mark}`)).toBe(true);
      let total = 0;
      for await (const guildId of again.listGuilds()) total += (await again.stats(guildId)).total;
      expect(total).toBe(50 * 20 + 30);
    });
  });

  it('leaves one snapshot and one journal, whose sizes do not grow with what was forgotten', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', codes(100)));
    await compact(path.join(folder, 'sent.json'));
    const full = fs.statSync(path.join(folder, 'sent.json')).size;
    await withStore(folder, (store) => store.forget('1', codes(99)));
    await compact(path.join(folder, 'sent.json'));
    expect(fs.readdirSync(folder).sort()).toEqual(['sent.json', 'sent.json.journal.3']);
    expect(fs.statSync(path.join(folder, 'sent.json')).size).toBeLessThan(full / 3);
    expect(fs.statSync(path.join(folder, 'sent.json.journal.3')).size).toBeLessThan(200);
    await withStore(folder, (store) => store.clearGuild('1'));
    await compact(path.join(folder, 'sent.json'));
    expect(fs.readFileSync(path.join(folder, 'sent.json'), 'utf8')).not.toContain('"guild"');
  });

  it('goes on after the snapshot was touched', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'sent.json');
    await withStore(folder, (store) => store.markSent('1', ['OLD']));
    await compact(file);
    const store = makeStore(folder, {}, { compactAtBytes: { least: 600, most: 600 } });
    await store.markSent('1', ['A']);
    fs.utimesSync(file, new Date(), new Date());
    await store.markSent('1', codes(30));
    await foldedTo(folder, 3);
    expect(fs.readFileSync(file, 'utf8')).toContain('"CODE29"');
  });

  it('lets go of the next journal if the one before cannot be brought in order', async () => {
    const folder = tempFolder();
    let fails = false;
    let open = 0;
    const paths = new Map<number, string>();
    const isFailing = (fd: number): boolean => fails && paths.get(fd)?.endsWith('.journal.1') === true;
    const refuse = (): never => {
      throw systemError('EIO');
    };
    const files: FileSystem = {
      ...nodeFileSystem,
      open: async (name, flags, mode) => {
        const fd = await nodeFileSystem.open(name, flags, mode);
        paths.set(fd, name);
        open += 1;
        return fd;
      },
      close: async (fd) => {
        await nodeFileSystem.close(fd);
        open -= 1;
      },
      fdatasync: async (fd) => (isFailing(fd) ? refuse() : nodeFileSystem.fdatasync(fd)),
      fsync: async (fd) => (isFailing(fd) ? refuse() : nodeFileSystem.fsync(fd)),
    };
    const warned = warnings();
    const store = makeStore(folder, { logger: warned.logger }, { files, compactAtBytes: { least: 600, most: 600 } });
    const lines = Array.from({ length: 9 }, (_, index) => `LINE${index}`);
    await store.markSent('1', lines);
    expect(open).toBe(1);
    // The folding begins after a line that is durable, and the next line fails before it turns the page.
    files.rename = async (from, to) => {
      if (to.endsWith('.journal.2')) {
        fails = true;
        await store.markSent('1', ['LOST']).catch(() => undefined);
      }
      await nodeFileSystem.rename(from, to);
    };
    await store.markSent('1', codes(30));
    expect(await warned.first).toContain('not folded');
    expect(open).toBe(0);
    fails = false;
    await store.markSent('1', ['LAST']);
    expect(open).toBe(1);
  });

  it('that never ends before its process dies does not leave a journal more at each start', async () => {
    const folder = tempFolder();
    const journals = (): string[] => fs.readdirSync(folder).filter((name) => /\.journal\.\d+$/.test(name));
    await withStore(folder, (store) => store.markSent('1', codes(20)));
    for (let start = 0; start < 5; start += 1) {
      let isDead = false;
      const files: FileSystem = {
        ...nodeFileSystem,
        rename: async (from, to) => {
          // The next journal is made; the process dies before the snapshot is.
          if (to.endsWith('sent.json')) isDead = true;
          if (isDead) throw systemError('EIO');
          await nodeFileSystem.rename(from, to);
        },
      };
      await withStore(folder, (store) => store.ping(), {}, { files, compactAtBytes: { least: 1, most: 1 } });
      expect(journals().length).toBeLessThanOrEqual(2);
    }
    await withStore(folder, (store) => store.ping());
    expect(journals()).toHaveLength(1);
    await withStore(folder, async (store) => expect((await store.stats('1')).total).toBe(20));
  });

  it('keeps the permissions of the file', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', ['A']));
    fs.chmodSync(path.join(folder, 'sent.json'), 0o640);
    await compact(path.join(folder, 'sent.json'));
    expect(fs.statSync(path.join(folder, 'sent.json')).mode & 0o777).toBe(0o640);
  });

  it('gives the next journal, and what is kept of one, the permissions of the snapshot: both have codes in them', async () => {
    const folder = tempFolder();
    const modes = (): string[] =>
      fs
        .readdirSync(folder)
        .map((name) => `${name.replace(/-.*/, '')} ${(fs.statSync(path.join(folder, name)).mode & 0o777).toString(8)}`);
    await withStore(folder, (store) => store.markSent('1', ['A']));
    for (const name of fs.readdirSync(folder)) fs.chmodSync(path.join(folder, name), 0o600);
    await compact(path.join(folder, 'sent.json'));
    await withStore(folder, (store) => store.markSent('1', ['B']));
    const journal = path.join(folder, 'sent.json.journal.2');
    fs.truncateSync(journal, fs.statSync(journal).size - 9);
    await withStore(folder, (store) => store.ping());
    expect(modes()).toEqual(['sent.json 600', 'sent.json.journal.2 600', 'sent.json.journal.2.dropped 600']);
  });

  it.each([
    [
      'replaced',
      (file: string): void => {
        fs.writeFileSync(`${file}.new`, 'a backup');
        fs.renameSync(`${file}.new`, file);
      },
    ],
    ['changed in place', (file: string): void => fs.appendFileSync(file, 'an edit')],
    [
      'changed in place to one of the same size',
      (file: string): void => fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"crc":"./, '"crc":"x')),
    ],
  ])('leaves a snapshot alone that was %s while the store was open, and marks go on', async (_, disturb) => {
    const folder = tempFolder();
    const file = path.join(folder, 'sent.json');
    const warned = warnings();
    const store = makeStore(folder, { logger: warned.logger }, { compactAtBytes: { least: 600, most: 600 } });
    await store.markSent('1', ['A']);
    disturb(file);
    const disturbed = fs.readFileSync(file, 'utf8');
    await store.markSent('1', codes(30));
    expect(await warned.first).toContain('changed or replaced while the store was open');
    expect(fs.readFileSync(file, 'utf8')).toBe(disturbed);
    await store.markSent('1', ['B']);
    expect(await store.filterUnsent('1', ['A', 'B', 'C'])).toEqual(['C']);
  });
});

describe('a journal that is not as it was left', () => {
  it.each([
    ['removed', (file: string): void => fs.unlinkSync(file)],
    [
      'replaced',
      (file: string): void => {
        fs.copyFileSync(file, `${file}.new`);
        fs.renameSync(`${file}.new`, file);
      },
    ],
    [
      // As `sed -i.bak` does, or an editor: the old file keeps a name, so its number of links does not tell.
      'replaced while a link to the old one stays',
      (file: string): void => {
        fs.linkSync(file, `${file}.bak`);
        fs.copyFileSync(file, `${file}.new`);
        fs.renameSync(`${file}.new`, file);
      },
    ],
    ['written to by somebody else', (file: string): void => fs.appendFileSync(file, 'x')],
    ['cut', (file: string): void => fs.truncateSync(file, fs.statSync(file).size - 1)],
  ])('takes no more marks: %s', async (_, disturb) => {
    const folder = tempFolder();
    const journal = path.join(folder, 'sent.json.journal.1');
    const store = makeStore(folder);
    await store.markSent('1', ['A']);
    disturb(journal);
    const left = fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8') : undefined;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_DAMAGED', path: journal });
    }
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    // What it knows is no evidence any more.
    await expect(store.filterUnsent('1', ['A', 'B'])).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect(fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8') : undefined).toBe(left);
  });
});

function codes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `CODE${index}`);
}

async function foldedTo(folder: string, generation: number): Promise<void> {
  const journals = (): string[] => fs.readdirSync(folder).filter((name) => name.includes('.journal.'));
  while (journals().join() !== `sent.json.journal.${generation}`) await new Promise((resolve) => setImmediate(resolve));
}
