import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import type { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { copyFiles } from '../../support/json-file/copy-files.js';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { collect, FOLD_NEVER, makeStore, TestClock, warnings, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const UNFINISHED_SNAPSHOT = /\/sent\.json\.[0-9a-f]{12}\.unfinished$/;

describe('a write that fails', () => {
  it('changes nothing, wherever in its line the disk is full, and the next one is made', async () => {
    const folder = tempFolder();
    let room = Infinity;
    const files = interceptedFiles((call) => {
      if (call.name !== 'write') return;
      if (room === 0) throw systemError('ENOSPC');
      call.cut = Math.min(call.length, room);
      room -= call.cut;
    });
    const store = makeStore(folder, {}, { ...FOLD_NEVER, files });
    const journal = path.join(folder, 'sent.json.journal.1');
    await store.markSent('1', ['BEFORE']);
    let failures = 0;
    for (let bytes = 0; ; bytes += 1) {
      const size = fs.statSync(journal).size;
      room = bytes;
      const failed = await store.markSent('1', ['LOST', 'BEFORE']).catch((error: unknown) => error);
      if (room > 0 || !(failed instanceof Error)) break;
      failures += 1;
      expect(failed).toMatchObject({ code: 'STORE_IO', retryable: true, cause: { code: 'ENOSPC' } });
      expect(failed.message).toContain(journal);
      expect(await store.filterUnsent('1', ['LOST', 'BEFORE'])).toEqual(['LOST']);
      expect(fs.statSync(journal).size).toBe(size);
      room = Infinity;
      expect(await store.markSent('1', [`AFTER${bytes}`])).toMatchObject({ marked: [`AFTER${bytes}`] });
    }
    expect(failures).toBeGreaterThan(70);
    await store.close();
    // The last one had room enough.
    await withStore(folder, async (again) => expect((await again.stats('1')).total).toBe(failures + 2));
  });

  it('is finished where the system takes it in small parts', async () => {
    const folder = tempFolder();
    const files = interceptedFiles((call) => {
      if (call.name === 'write') call.cut = Math.min(call.length, 7);
    });
    await withStore(folder, (store) => store.markSent('1', ['A', 'B', 'C']), {}, { files });
    await withStore(folder, async (store) => expect(await store.filterUnsent('1', ['A', 'B', 'C', 'D'])).toEqual(['D']));
  });
});

describe('a line that is in the file, though it failed, because nothing can be repaired', () => {
  const brokenDisk = (): { readonly store: JsonFileStore; readonly folder: string; break(): void; mend(): void } => {
    const folder = tempFolder();
    let isBroken = false;
    const files = interceptedFiles(({ name }) => {
      if (isBroken && name !== 'write') throw systemError('EIO');
    });
    const store = makeStore(folder, {}, { ...FOLD_NEVER, files });
    return { store, folder, break: () => void (isBroken = true), mend: () => void (isBroken = false) };
  };

  it('a mark: no answer says that the code was forgotten, before it is out of the file', async () => {
    const { store, folder, ...disk } = brokenDisk();
    await store.ping();
    disk.break();
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_IO' });
    await expect(store.forget('1', ['A'])).rejects.toMatchObject({ code: 'STORE_IO' });
    await expect(store.clearGuild('1')).rejects.toMatchObject({ code: 'STORE_IO' });
    disk.mend();
    expect(await store.forget('1', ['A'])).toBe(0);
    expect(await sentAfterCrash(folder)).toEqual([]);
  });

  it('a removal: no answer says that the code is marked, before the removal is out of the file', async () => {
    const { store, folder, ...disk } = brokenDisk();
    await store.markSent('1', ['A']);
    disk.break();
    await expect(store.forget('1', ['A'])).rejects.toMatchObject({ code: 'STORE_IO' });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_IO' });
    disk.mend();
    expect(await store.markSent('1', ['A'])).toMatchObject({ alreadySent: ['A'] });
    expect(await sentAfterCrash(folder)).toEqual(['A']);
  });

  /** What a store finds after a crash now. */
  const sentAfterCrash = (folder: string): Promise<string[]> => {
    const copy = tempFolder();
    copyFiles(folder, copy);
    return withStore(copy, async (store) => (await collect(store.listSent('1'))).map(({ code }) => code));
  };
});

describe('a sync that fails', () => {
  it('rejects every caller that waits, and what they changed is as it was', async () => {
    const folder = tempFolder();
    let failing = false;
    const files = interceptedFiles(({ name }) => {
      if (name === 'sync' && failing) throw systemError('EIO');
    });
    const clock = new TestClock();
    const store = makeStore(folder, { clock }, { ...FOLD_NEVER, files });
    await store.markSent('1', ['SENT']);
    const { claim } = await store.claim('1', ['MINE']);
    failing = true;
    const results = await Promise.allSettled([
      store.markSent('1', ['A']),
      store.markSent('1', ['B']),
      store.forget('1', ['SENT']),
      store.claim('1', ['C']),
      store.confirm(claim!),
    ]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_IO' } });
    expect(Object.fromEntries(await store.states('1', ['SENT', 'A', 'B', 'C', 'MINE']))).toEqual({
      SENT: 'sent',
      A: 'absent',
      B: 'absent',
      C: 'absent',
      // Its lease goes on: another task must not take over what its owner may be sending.
      MINE: 'claimed',
    });
    failing = false;
    expect(await store.confirm(claim!)).toEqual({ marked: ['MINE'], alreadySent: [], leaseLost: false });
    await store.close();
    await withStore(folder, async (again) => expect(await again.filterUnsent('1', ['SENT', 'MINE', 'A'])).toEqual(['A']));
  });

  it('takes back all that happened to a code since it was durable', async () => {
    let fail: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => (fail = resolve));
    let armed = false;
    const fdatasync = async (fd: number): Promise<void> => {
      if (!armed) return nodeFileSystem.fdatasync(fd);
      await failing;
      throw systemError('EIO');
    };
    const store = makeStore(tempFolder(), {}, { ...FOLD_NEVER, files: { ...nodeFileSystem, fdatasync } });
    await store.markSent('1', ['A'], { source: 'first' });
    armed = true;
    const primitives = openPrimitives(store);
    const key = { guildId: '1', code: 'A' };
    const calls = [
      primitives.markRecords([{ guildId: '1', code: 'B', source: null, sentAt: null }]),
      primitives.removeRecords([key]),
      primitives.markRecords([{ ...key, source: 'second', sentAt: 0 }]),
      primitives.removeRecords([key]),
    ];
    fail();
    for (const result of await Promise.allSettled(calls)) expect(result.status).toBe('rejected');
    expect((await store.stats('1')).bySource).toEqual({ first: 1 });
    expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['B']);
  });

  it('is not tried again on the same descriptor', async () => {
    const syncs: string[] = [];
    const opened = new Map<number, number>();
    let openings = 0;
    let failOnce = false;
    const store = makeStore(
      tempFolder(),
      {},
      {
        ...FOLD_NEVER,
        files: {
          ...nodeFileSystem,
          open: async (name, flags) => {
            const fd = await nodeFileSystem.open(name, flags);
            opened.set(fd, (openings += 1));
            return fd;
          },
          fdatasync: async (fd) => {
            syncs.push(`${failOnce ? 'failed ' : ''}${opened.get(fd)}`);
            if (!failOnce) return nodeFileSystem.fdatasync(fd);
            failOnce = false;
            throw systemError('EIO');
          },
          fsync: async (fd) => {
            syncs.push(`${opened.get(fd)}`);
            await nodeFileSystem.fsync(fd);
          },
        },
      },
    );
    await store.markSent('1', ['A']);
    failOnce = true;
    syncs.length = 0;
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_IO' });
    await store.markSent('1', ['B']);
    const failed = syncs[0]!.replace('failed ', '');
    expect(syncs[0]).toBe(`failed ${failed}`);
    expect(syncs.slice(1).length).toBeGreaterThanOrEqual(2);
    expect(syncs.slice(1)).not.toContain(failed);
  });

  it('leaves a store that rejects until the disk is well, and says so to a ping', async () => {
    const folder = tempFolder();
    let failing = false;
    const files = interceptedFiles(({ name }) => {
      if (failing && (name === 'sync' || name === 'ftruncate')) throw systemError('EIO');
    });
    const store = makeStore(folder, {}, { ...FOLD_NEVER, files });
    await store.markSent('1', ['A']);
    failing = true;
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_IO', cause: { code: 'EIO' } });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_IO' });
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_IO' });
    expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['B']);
    failing = false;
    await store.ping();
    expect(await store.markSent('1', ['B'])).toMatchObject({ marked: ['B'] });
    await store.close();
    await withStore(folder, async (again) => expect((await again.stats('1')).total).toBe(2));
  });
});

describe('a compaction that fails', () => {
  it('leaves the snapshot and all journals as they are, and marks go on', async () => {
    const folder = tempFolder();
    let fails = true;
    const warned = warnings();
    const files = interceptedFiles(({ name, path: at }) => {
      if (fails && name === 'write' && UNFINISHED_SNAPSHOT.test(at)) throw systemError('ENOSPC');
    });
    await withStore(folder, (store) => store.markSent('1', ['OLD']));
    const before = fs.readFileSync(path.join(folder, 'sent.json'));
    const store = makeStore(folder, { logger: warned.logger }, { files, compactAtBytes: { least: 1, most: 1 } });
    await store.ping();
    expect(await warned.first).toContain('was not folded into the snapshot');
    expect(await store.markSent('1', ['NEW'])).toMatchObject({ marked: ['NEW'] });
    expect(fs.readFileSync(path.join(folder, 'sent.json'))).toEqual(before);
    fails = false;
    await store.close();
    await withStore(folder, async (again) => expect(await again.filterUnsent('1', ['OLD', 'NEW', 'X'])).toEqual(['X']));
  });

  it('does not keep what was taken back while the snapshot was written', async () => {
    const folder = tempFolder();
    await withStore(folder, (store) => store.markSent('1', ['SENT', 'OTHER']), {}, FOLD_NEVER);
    const paths = new Map<number, string>();
    let forgotten: Promise<unknown> | undefined;
    let fail: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => (fail = resolve));
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    const store = makeStore(
      folder,
      {},
      {
        compactAtBytes: { least: 1, most: 1 },
        files: {
          ...nodeFileSystem,
          open: async (name, flags, mode) => {
            const fd = await nodeFileSystem.open(name, flags, mode);
            paths.set(fd, name);
            // In memory at once, so the snapshot that is about to be made lacks the code.
            if (UNFINISHED_SNAPSHOT.test(name)) forgotten ??= store.forget('1', ['SENT']).catch((error: unknown) => error);
            return fd;
          },
          fdatasync: async () => {
            await failing;
            throw systemError('EIO');
          },
          fsync: async (fd) => {
            if (UNFINISHED_SNAPSHOT.test(paths.get(fd) ?? '')) {
              fail();
              await forgotten;
              tell();
            }
            await nodeFileSystem.fsync(fd);
          },
        },
      },
    );
    await store.ping();
    await told;
    expect(await forgotten).toMatchObject({ code: 'STORE_IO' });
    await store.close();
    await withStore(folder, async (again) => expect(await again.filterUnsent('1', ['SENT', 'OTHER'])).toEqual([]));
  });
});
