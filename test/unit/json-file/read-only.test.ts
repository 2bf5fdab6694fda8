import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import { systemError } from '../../support/json-file/intercepted-files.js';
import { collect, FOLD_NEVER, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

describe('a read-only store', () => {
  it('sees beside a writer everything that was acknowledged before the call, through compactions', async () => {
    const folder = tempFolder();
    const writer = makeStore(folder, {}, { compactAtBytes: { least: 300, most: 300 }, pieceBytes: 100 });
    await writer.markSent('1', ['FIRST']);
    const reader = makeStore(folder, { readOnly: true });
    const generations = new Set<string>();
    for (let round = 0; round < 60; round += 1) {
      await writer.markSent(`${round % 5}`, [`CODE${round}`]);
      if (round % 7 === 0) await writer.forget(`${round % 5}`, [`CODE${round}`]);
      const unsent = await reader.filterUnsent(`${round % 5}`, [`CODE${round}`, 'NEW']);
      expect(unsent).toEqual(round % 7 === 0 ? [`CODE${round}`, 'NEW'] : ['NEW']);
      for (const name of fs.readdirSync(folder)) if (name.includes('.journal.')) generations.add(name);
    }
    expect((await collect(reader.listGuilds())).sort()).toEqual(['0', '1', '2', '3', '4']);
    expect(await reader.stats('1')).toEqual(await writer.stats('1'));
    expect(generations.size).toBeGreaterThan(3);
  });

  it('reads files that are replaced at any moment, without an error and without going back', { timeout: 60_000 }, async () => {
    const folder = tempFolder();
    const writer = makeStore(folder, {}, { compactAtBytes: { least: 1, most: 1 }, pieceBytes: 1 });
    await writer.markSent('1', ['CODE0']);
    let marked = 1;
    const stop = new AbortController();
    const writing = (async () => {
      while (!stop.signal.aborted) {
        await writer.markSent('1', [`CODE${marked}`]);
        marked += 1;
      }
    })();
    const reader = makeStore(folder, { readOnly: true });
    let seen = 0;
    for (let round = 0; round < 150; round += 1) {
      const acknowledged = marked;
      // Every third one opens anew.
      const total = await (round % 3 === 0
        ? withStore(folder, async (fresh) => (await fresh.stats('1')).total, { readOnly: true })
        : reader.stats('1').then((stats) => stats.total));
      expect(total).toBeGreaterThanOrEqual(acknowledged);
      expect(total).toBeGreaterThanOrEqual(seen);
      seen = total;
    }
    stop.abort();
    await writing;
  });

  it('does not keep what the writer took back, whatever it wrote in its place', async () => {
    const folder = tempFolder();
    let failing = false;
    let reader: ReturnType<typeof makeStore> | undefined;
    const seen: string[][] = [];
    const files = {
      ...nodeFileSystem,
      fdatasync: async (fd: number): Promise<void> => {
        if (!failing) return nodeFileSystem.fdatasync(fd);
        failing = false;
        // The line is visible, and its sync is about to fail.
        seen.push(await reader!.filterUnsent('1', ['A', 'REJECTED']));
        throw systemError('EIO');
      },
    };
    const writer = makeStore(folder, {}, { ...FOLD_NEVER, files });
    for (const [index, next] of ['ACCEPTED', 'LONGER-THAN-REJECTED', 'SHORT', undefined].entries()) {
      await writer.markSent('1', ['A', `A${index}`]);
      reader = makeStore(folder, { readOnly: true });
      await reader.ping();
      failing = true;
      await expect(writer.markSent('1', ['REJECTED'])).rejects.toMatchObject({ code: 'STORE_IO' });
      if (next !== undefined) await writer.markSent('1', [next]);
      const unsent = await reader.filterUnsent('1', ['A', `A${index}`, 'REJECTED', next ?? 'A']);
      expect(unsent).toEqual(['REJECTED']);
    }
    expect(seen).toEqual(Array(4).fill([]));
  });

  it('writes nothing and takes no lock', async () => {
    const folder = tempFolder();
    await withStore(folder, async (store) => {
      await store.markSent('1', ['A']);
      await store.claim('1', ['HELD']);
    });
    const before = new Map(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
    const reader = makeStore(folder, { readOnly: true });
    for (const write of [
      () => reader.markSent('1', ['B']),
      () => reader.claim('1', ['B']),
      () => reader.baseline('2', ['B']),
      () => reader.forget('1', ['A']),
      () => reader.clearGuild('1'),
      () => reader.takeUncertain('1'),
      () => reader.resolveUncertain('1', ['HELD'], 'sent'),
    ]) {
      await expect(write()).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
    }
    expect(await reader.states('1', ['A', 'HELD', 'B'])).toEqual(
      new Map([
        ['A', 'sent'],
        ['HELD', 'uncertain'],
        ['B', 'absent'],
      ]),
    );
    expect(new Map(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]))).toEqual(
      before,
    );
    await withStore(folder, (store) => store.markSent('1', ['B']));
    expect(await reader.filterUnsent('1', ['A', 'B'])).toEqual([]);
  });

  it('does not go with recover', () => {
    expect(() => makeStore('/tmp', { readOnly: true, recover: true })).toThrow(/recover is the boolean true/);
  });
});
