import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../../support/json-file/children.js';
import { canMount, mounted } from '../../support/json-file/mounts.js';
import { makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { scriptOf } from '../../tools/script.js';

const MOUNTS = canMount();
const ROOT = process.getuid?.() === 0;
if (!MOUNTS) console.log('skipped in part: this user may not mount a file system');
if (!ROOT) console.log('skipped in part: only root can start a process of another user');

describe.skipIf(!MOUNTS)('a disk that is really full', () => {
  it('rejects marks with what to do, keeps what was acknowledged, and goes on when there is room', async () => {
    const folder = mounted('size=256k');
    const store = makeStore(folder);
    await store.markSent('1', ['FIRST']);
    fs.writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(100_000));
    const acknowledged: string[] = [];
    const failure = await fillUp(async (code) => {
      await store.markSent('1', [code]);
      acknowledged.push(code);
    });
    expect(failure).toMatchObject({ code: 'STORE_IO', retryable: true, cause: { code: 'ENOSPC' } });
    expect((failure as Error).message).toContain('disk is full');
    expect(await store.filterUnsent('1', ['FIRST', ...acknowledged])).toEqual([]);
    await expect(store.markSent('1', ['X'.repeat(900)])).rejects.toMatchObject({ code: 'STORE_IO' });
    fs.rmSync(path.join(folder, 'ballast'));
    await store.markSent('1', ['LAST']);
    await store.close();
    await withStore(folder, async (again) => {
      expect(await again.filterUnsent('1', ['FIRST', ...acknowledged, 'LAST', 'NEW'])).toEqual(['NEW']);
      expect((await again.stats('1')).total).toBe(acknowledged.length + 2);
    });
  });

  it('makes a new store fail with STORE_IO, and leaves nothing that looks like one', async () => {
    const folder = mounted('size=64k');
    const ballast = fs.openSync(path.join(folder, 'ballast'), 'w');
    expect(() => {
      for (;;) fs.writeSync(ballast, Buffer.alloc(4096));
    }).toThrow('ENOSPC');
    fs.closeSync(ballast);
    const store = makeStore(folder);
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_IO', cause: { code: 'ENOSPC' } });
    fs.rmSync(path.join(folder, 'ballast'));
    expect(await store.markSent('1', ['A'])).toMatchObject({ marked: ['A'] });
  });
});

describe.skipIf(!MOUNTS)('a read-only file system', () => {
  it('is STORE_IO for a writer, and no matter to a reader', async () => {
    const folder = mounted('size=1m');
    await withStore(folder, (store) => store.markSent('1', ['A']));
    spawnSync('mount', ['-o', 'remount,ro', folder]);
    await expect(makeStore(folder).ping()).rejects.toMatchObject({ code: 'STORE_IO', cause: { code: 'EROFS' } });
    expect(await makeStore(folder, { readOnly: true }).filterUnsent('1', ['A', 'B'])).toEqual(['B']);
  });
});

describe.skipIf(!ROOT)('a user without permission', () => {
  let script: string;
  beforeAll(async () => {
    script = await scriptOf(new URL('lock-child.ts', import.meta.url));
  });

  it('gets STORE_IO that names the file or folder and says what to do', async () => {
    const folder = tempFolder();
    fs.chmodSync(folder, 0o755);
    const open = (): Promise<string> =>
      new Child(process.execPath, [script, path.join(folder, 'sent.json')], { uid: 65_534, gid: 65_534 }).line('refused');
    const newStore = await open();
    expect(newStore).toContain('refused STORE_IO');
    expect(newStore).toContain(folder);
    expect(newStore).toContain('has no permission');
    await withStore(folder, (store) => store.markSent('1', ['A']));
    fs.chmodSync(folder, 0o777);
    fs.chmodSync(path.join(folder, 'sent.json'), 0o600);
    expect(await open()).toMatch(/refused STORE_IO .*sent\.json \(EACCES\)/);
  });
});

describe('a path that cannot be a store', () => {
  it('is STORE_IO with the path: a folder, a device, a missing folder, a file as a folder, a circle of links', async () => {
    const folder = tempFolder();
    fs.writeFileSync(path.join(folder, 'file'), 'x');
    fs.symlinkSync(path.join(folder, 'circle'), path.join(folder, 'circle'));
    const paths = [
      folder,
      '/dev/null',
      path.join(folder, 'none/sent.json'),
      path.join(folder, 'file/sent.json'),
      path.join(folder, 'circle'),
    ];
    for (const at of paths) {
      const error = await makeStore('', { path: at })
        .ping()
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'STORE_IO' });
      expect((error as Error).message).toContain(at);
    }
    expect(fs.readdirSync(folder).sort()).toEqual(['circle', 'file']);
  });
});

async function fillUp(mark: (code: string) => Promise<void>): Promise<unknown> {
  for (let count = 0; ; count += 1) {
    try {
      await mark(`CODE${count}${'X'.repeat(500)}`);
    } catch (error) {
      return error;
    }
  }
}
