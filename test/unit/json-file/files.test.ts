import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compact, sampleFiles } from '../../support/json-file/sample-store.js';
import { collect, FOLD_NEVER, Lines, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

describe('the files of a store', () => {
  it('are JSON: the snapshot as a whole, with a line for each guild, and the journal line by line', async () => {
    const files = await sampleFiles('/');
    const snapshot = files.get('/sent.json')!.toString();
    expect(JSON.parse(snapshot)).toMatchObject({ format: 'sent-code-store', version: 2, generation: 2 });
    const line = snapshot.split('\n').find((text) => text.includes('"guild":"100000000000000001"'))!;
    expect(JSON.parse(line.replace(/,$/, ''))).toMatchObject({
      guild: '100000000000000001',
      count: 3,
      sent: [
        ['SPRING24', 'auto', 1_700_000_000_000],
        ['É"\\[],', 'auto', 1_700_000_000_000],
        ['VIP', 'auto', 1_700_000_000_000],
      ],
    });
    const journal = files.get('/sent.json.journal.2')!.toString().trimEnd().split('\n');
    expect(journal.map((text) => Object.keys(JSON.parse(text) as object).at(-1))).toEqual([
      'generation',
      ...Array<string>(4).fill('changes'),
    ]);
  });

  it('are read with a byte order mark, with CRLF, and without their last line break', async () => {
    for (const spoil of [
      (text: string): string => `\ufeff${text}`,
      (text: string): string => text.replaceAll('\n', '\r\n'),
      (text: string): string => text.slice(0, -1),
      (text: string): string => `\ufeff${text.replaceAll('\n', '\r\n').slice(0, -2)}`,
    ]) {
      const folder = await sampleFolder();
      for (const name of fs.readdirSync(folder)) {
        const file = path.join(folder, name);
        fs.writeFileSync(file, spoil(fs.readFileSync(file, 'utf8')));
      }
      await withStore(folder, (store) => store.markSent('1', ['NEW', 'NEWER']), {}, FOLD_NEVER);
      await withStore(folder, async (store) => {
        expect(await store.filterUnsent('1', ['NEW', 'NEWER', 'NEWEST'])).toEqual(['NEWEST']);
        expect(await store.filterUnsent('100000000000000001', ['SPRING24', 'AUTUMN24', 'VIP'])).toEqual(['VIP']);
        expect(await store.filterUnsent('500', ['LAST'])).toEqual([]);
      });
    }
  });

  it('may have a torn last line, which is dropped and logged', async () => {
    for (const tail of ['{"len":"000000', '{"len":"00000040","crc":"01234567","changes":[["1",[["A"', '\0\0\0\0\0\0\0\0\0\0']) {
      const folder = await sampleFolder();
      const journal = path.join(folder, 'sent.json.journal.2');
      const whole = fs.readFileSync(journal);
      fs.appendFileSync(journal, tail);
      const logger = new Lines();
      await withStore(folder, async (store) => expect(await store.isSent('500', 'LAST')).toBe(true), { logger });
      expect(logger.all).toHaveLength(1);
      expect(logger.all[0]).toMatch(/^warn .*journal\.2: line 6 is cut short and was dropped/);
      expect(fs.readFileSync(journal)).toEqual(whole);
    }
  });

  it('may have a torn last line of which only the middle never reached the disk', async () => {
    const folder = await sampleFolder();
    const journal = path.join(folder, 'sent.json.journal.2');
    const before = fs.readFileSync(journal);
    const codes = Array.from({ length: 30 }, (_, index) => `CODE-OF-A-LONG-LINE-${index}`);
    await withStore(folder, (store) => store.markSent('600', codes), {}, FOLD_NEVER);
    const bytes = fs.readFileSync(journal);
    const sector = Math.ceil((before.length + 40) / 512) * 512;
    expect(bytes.length).toBeGreaterThan(sector + 512);
    bytes.fill(0, sector, sector + 512);
    fs.writeFileSync(journal, bytes);
    await withStore(folder, async (store) => {
      expect(await store.isSent('100000000000000001', 'AUTUMN24')).toBe(true);
      expect(await store.filterUnsent('600', codes)).toEqual(codes);
    });
    expect(fs.readFileSync(journal)).toEqual(before);
  });

  it('keep the earliest time of a code that a person gave a guild twice, in a recovery, and log how many there were', async () => {
    const folder = await sampleFolder();
    const file = path.join(folder, 'sent.json');
    const other = tempFolder();
    const sentAt = new Date(1_600_000_000_000);
    await withStore(
      other,
      (store) => store.markSent('100000000000000001', ['spring24', 'ELSE'], { sentAt }),
      {},
      { compactAtBytes: { least: 1, most: 1 } },
    );
    await withStore(other, (store) => store.ping());
    await compact(path.join(other, 'sent.json'));
    const line = fs
      .readFileSync(path.join(other, 'sent.json'), 'utf8')
      .split('\n')
      .find((text) => text.includes('SPRING24'))!;
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    lines.splice(-2, 0, `,${line.replace(/,$/, '')}`);
    fs.writeFileSync(file, lines.join('\n').replaceAll('\n,', ',\n'));
    // The snapshot says how many lines it has.
    await expect(makeStore(folder).ping()).rejects.toMatchObject({ code: 'STORE_DAMAGED', path: file });
    const logger = new Lines();
    await withStore(
      folder,
      async (store) => {
        const sent = await collect(store.listSent('100000000000000001'));
        expect(sent.find(({ code }) => code === 'SPRING24')).toMatchObject({ sentAt });
        expect(sent.map(({ code }) => code).sort()).toEqual(['AUTUMN24', 'ELSE', 'SPRING24', 'É"\\[],']);
        expect((await store.stats('100000000000000001')).total).toBe(4);
      },
      { recover: true, logger },
    );
    expect(logger.all.filter((line) => line.startsWith('warn'))).toEqual([expect.stringContaining('1 codes were there twice')]);
  });

  it('are refused if they are not ours, and left as they are', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'sent.json');
    for (const content of ['{"channels":{},"sent":{"1":["A"]}}', '[]', 'hello\n', '', '{"format":"other","version":1}\n']) {
      fs.writeFileSync(file, content);
      for (const options of [{}, { recover: true }, { readOnly: true }]) {
        await expect(makeStore(folder, options).ping()).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
      }
      expect(fs.readFileSync(file, 'utf8')).toBe(content);
      expect(fs.readdirSync(folder)).toEqual(['sent.json']);
    }
  });

  it('are refused if a later version wrote them, also by a recovery', async () => {
    for (const name of ['sent.json', 'sent.json.journal.2']) {
      const folder = await sampleFolder();
      const file = path.join(folder, name);
      const content = fs.readFileSync(file, 'utf8').replace('"version":2', '"version":3,"more":true');
      fs.writeFileSync(file, content);
      for (const options of [{}, { recover: true }, { readOnly: true }]) {
        await expect(makeStore(folder, options).ping()).rejects.toMatchObject({ code: 'STORE_VERSION' });
      }
      expect(fs.readFileSync(file, 'utf8')).toBe(content);
    }
  });

  it('are not made with create: never', async () => {
    const folder = tempFolder();
    await expect(makeStore(folder, { create: 'never' }).filterUnsent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
    await expect(makeStore(folder, { readOnly: true }).filterUnsent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
    expect(fs.readdirSync(folder)).toEqual([]);
    await withStore(folder, (store) => store.markSent('1', ['A']));
    expect(await makeStore(folder, { create: 'never' }).filterUnsent('1', ['A', 'B'])).toEqual(['B']);
  });

  it('are damaged if the snapshot is gone and the journal is not', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', ['A']));
    fs.unlinkSync(path.join(folder, 'sent.json'));
    for (const options of [{}, { create: 'never' as const }, { readOnly: true }]) {
      await expect(makeStore(folder, options).ping()).rejects.toMatchObject({
        code: 'STORE_DAMAGED',
        path: path.join(folder, 'sent.json'),
      });
    }
  });

  it('are made again if their creation was interrupted', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', ['A']));
    fs.unlinkSync(path.join(folder, 'sent.json'));
    const journal = path.join(folder, 'sent.json.journal.1');
    fs.writeFileSync(journal, `${fs.readFileSync(journal, 'utf8').split('\n')[0]}\n`);
    await expect(makeStore(folder, { create: 'never' }).ping()).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await withStore(folder, (store) => store.markSent('1', ['B']));
    await withStore(folder, async (store) => expect(await store.filterUnsent('1', ['B', 'C'])).toEqual(['C']));
  });

  it('are where a relative path led when the store was made', async () => {
    const folder = tempFolder();
    const before = process.cwd();
    process.chdir(folder);
    const store = makeStore('', { path: 'here.json' });
    process.chdir(before);
    await store.ping();
    expect(fs.readdirSync(folder)).toContain('here.json');
  });

  it('are followed through a symbolic link, which stays one', async () => {
    const folder = tempFolder();
    const real = path.join(folder, 'real');
    fs.mkdirSync(real);
    fs.symlinkSync('real/data.json', path.join(folder, 'sent.json'));
    await withStore(folder, (store) => store.markSent('1', ['A']));
    expect(fs.readdirSync(real).sort()).toEqual(['data.json', 'data.json.journal.1']);
    await compact(path.join(folder, 'sent.json'));
    expect(fs.lstatSync(path.join(folder, 'sent.json')).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(path.join(real, 'data.json'), 'utf8')).toContain('"A"');
  });
});

describe('a guild and a code that are named like parts of JavaScript', () => {
  it('are kept like any other', async () => {
    const folder = tempFolder();
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const identity = { name: 'exact', normalize: (code: string): string => code };
    for (const seams of [FOLD_NEVER, { compactAtBytes: { least: 1, most: 1 } }]) {
      await withStore(
        folder,
        async (store) => {
          for (const guildId of names) await store.markSent(guildId, names);
        },
        { identity },
        seams,
      );
      await withStore(
        folder,
        async (store) => {
          expect((await collect(store.listGuilds())).sort()).toEqual([...names].sort());
          for (const guildId of names) expect(await store.filterUnsent(guildId, [...names, 'valueOf'])).toEqual(['valueOf']);
        },
        { identity },
      );
    }
  });
});

async function sampleFolder(): Promise<string> {
  const folder = tempFolder();
  for (const [name, bytes] of await sampleFiles(folder)) fs.writeFileSync(name, bytes);
  return folder;
}
