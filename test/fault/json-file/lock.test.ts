import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { StoreLockedError } from '../../../src/contract/errors.js';
import { Child } from '../../support/json-file/children.js';
import { makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { scriptOf } from '../../tools/script.js';

let script: string;

beforeAll(async () => {
  script = await scriptOf(new URL('lock-child.ts', import.meta.url));
});

/** `darwin` is how the lock works where the kernel has no names of its own: by the socket in the folder alone. */
const PLATFORMS = process.platform === 'linux' ? (['linux', 'darwin'] as const) : ([process.platform] as const);

describe.each(PLATFORMS)('the lock, as on %s', (platform) => {
  it('gives a second process the process id of the owner, at once', async () => {
    const folder = tempFolder();
    const owner = opener(folder, platform);
    await owner.line('open');
    const second = makeStore(folder, {}, { platform });
    const error = await second.ping().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreLockedError);
    expect(error).toMatchObject({ code: 'STORE_LOCKED', pid: owner.process.pid, retryable: true });
    expect(await opener(folder, platform).line('refused')).toBe(`refused STORE_LOCKED ${owner.process.pid}`);
  });

  it('is free at once after kill -9 of its owner', async () => {
    const folder = tempFolder();
    for (let round = 0; round < 3; round += 1) {
      const owner = opener(folder, platform);
      expect(await owner.line('')).toMatch(/^open/);
      owner.process.stdin!.write(`mark CODE${round}\n`);
      await owner.line('did');
      await owner.kill();
      expect(lockSockets(folder)).toHaveLength(1);
    }
    const store = makeStore(folder, {}, { platform });
    expect(await store.filterUnsent('1', ['CODE0', 'CODE2', 'CODE3'])).toEqual(['CODE3']);
  });

  it('is refused to a second store of the same process, until the first is closed', async () => {
    const folder = tempFolder();
    const first = makeStore(folder, {}, { platform });
    await first.ping();
    const second = makeStore(folder, {}, { platform });
    await expect(second.ping()).rejects.toMatchObject({ code: 'STORE_LOCKED', pid: process.pid });
    await first.close();
    await second.ping();
  });

  it('is the same through a symbolic link', async () => {
    const folder = tempFolder();
    await makeStore(folder, {}, { platform }).ping();
    const link = path.join(tempFolder(), 'link.json');
    fs.symlinkSync(path.join(folder, 'sent.json'), link);
    await expect(makeStore('', { path: link }, { platform }).ping()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  it('is waited for as long as lockTimeoutMs says', async () => {
    const folder = tempFolder();
    const owner = opener(folder, platform);
    await owner.line('open');
    await expect(makeStore(folder, { lockTimeoutMs: 50 }, { platform }).ping()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const patient = makeStore(folder, { lockTimeoutMs: 20_000 }, { platform });
    const opened = patient.ping();
    owner.process.stdin!.write('close\n');
    await opened;
    const heir = makeStore(folder, { lockTimeoutMs: 20_000 }, { platform });
    const inherited = heir.ping();
    await patient.close();
    await inherited;
  });

  it('lets a process end that has waited for it, when everything is closed', async () => {
    const child = new Child(process.execPath, [script, path.join(tempFolder(), 'sent.json'), platform, 'heir']);
    await child.line('inherited');
    expect(await child.ended()).toBeNull();
  });

  it('has one winner of many who find a dead owner', async () => {
    const folder = tempFolder();
    let dead = opener(folder, platform);
    await dead.line('open');
    for (let round = 0; round < 3; round += 1) {
      await dead.kill();
      const rivals = Array.from({ length: 6 }, () => opener(folder, platform));
      const results = await Promise.all(rivals.map((rival) => rival.line('')));
      expect(results.filter((result) => result.startsWith('open'))).toHaveLength(1);
      expect(results.filter((result) => result.startsWith('refused STORE_LOCKED'))).toHaveLength(5);
      dead = rivals[results.findIndex((result) => result.startsWith('open'))]!;
    }
  });

  it('works on a path that is longer than a socket may have', async () => {
    const folder = path.join(tempFolder(), 'x'.repeat(120), 'y'.repeat(120));
    fs.mkdirSync(folder, { recursive: true });
    for (const name of ['sent.json', `${'z'.repeat(200)}.json`]) {
      const file = path.join(folder, name);
      const first = makeStore('', { path: file }, { platform });
      await first.markSent('1', ['A']);
      await expect(makeStore('', { path: file }, { platform }).ping()).rejects.toMatchObject({
        code: 'STORE_LOCKED',
        pid: process.pid,
      });
      const other = makeStore('', { path: `${file}2` }, { platform });
      await other.ping();
      await first.close();
      expect(await makeStore('', { path: file }, { platform }).isSent('1', 'A')).toBe(true);
    }
  });

  it('leaves nothing behind when it is released', async () => {
    const folder = tempFolder();
    const store = makeStore(folder, {}, { platform });
    await store.ping();
    await store.close();
    expect(fs.readdirSync(folder).sort()).toEqual(['sent.json', 'sent.json.journal.1']);
  });

  it('stops an owner whose socket was removed, before it writes', async () => {
    const folder = tempFolder();
    const store = makeStore(folder, {}, { platform });
    await store.markSent('1', ['A']);
    fs.unlinkSync(path.join(folder, lockSockets(folder)[0]!));
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_LOCKED', retryable: false });
    // What it knows is no evidence any more.
    await expect(store.filterUnsent('1', ['A', 'B'])).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await expect(store.ping()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  it('does not take a file for a dead owner', async () => {
    const folder = tempFolder();
    for (const name of ['sent.json.lock', 'sent.json.lock.0']) fs.writeFileSync(path.join(folder, name), 'somebody needs this');
    await withStore(folder, (store) => store.ping(), {}, { platform });
    expect(fs.readdirSync(folder).sort()).toEqual(['sent.json', 'sent.json.journal.1', 'sent.json.lock', 'sent.json.lock.0']);
  });

  it('does not take the lock of a store with a longer name for its own', async () => {
    const folder = tempFolder();
    const stores = ['sent.json', 'sent.json.lock', 'sent.json.lock-new'].map((name) =>
      makeStore('', { path: path.join(folder, name) }, { platform }),
    );
    for (const store of stores.toReversed()) await store.ping();
    for (const store of stores) await store.markSent('1', ['A']);
  });

  it('is not shared by the workers of a cluster', async () => {
    const folder = tempFolder();
    const cluster = new Child(process.execPath, [script, path.join(folder, 'sent.json'), platform, 'workers']);
    const [open] = await Promise.all([cluster.line('open'), cluster.line('refused STORE_LOCKED')]);
    // It goes with the worker, although the cluster's primary process lives on.
    process.kill(Number(open.split(' ')[1]), 'SIGKILL');
    await makeStore(folder, { lockTimeoutMs: 5000 }, { platform }).ping();
  });

  it('is held by an owner that does not answer', async () => {
    const folder = tempFolder();
    const owner = opener(folder, platform);
    await owner.line('open');
    owner.process.kill('SIGSTOP');
    await expect(makeStore(folder, {}, { platform }).ping()).rejects.toMatchObject({ code: 'STORE_LOCKED', pid: undefined });
  });
});

describe('the lock over network namespaces, as of two containers on one volume', () => {
  const able = spawnSync('unshare', ['--net', 'true']).status === 0;
  if (!able) console.log('skipped: this user may not make a network namespace (unshare --net)');

  it.skipIf(!able)('keeps a process in another one out, and is free at once after kill -9', async () => {
    const folder = tempFolder();
    const inside = (): Child => new Child('unshare', ['--net', process.execPath, script, path.join(folder, 'sent.json')]);
    const owner = inside();
    await owner.line('open');
    expect(await opener(folder, 'linux').line('refused')).toBe(`refused STORE_LOCKED ${owner.process.pid}`);
    expect(await inside().line('refused')).toBe(`refused STORE_LOCKED ${owner.process.pid}`);
    await owner.kill();
    const rivals = [inside(), opener(folder, 'linux'), inside(), inside(), opener(folder, 'linux')];
    const results = await Promise.all(rivals.map((rival) => rival.line('')));
    expect(results.filter((result) => result.startsWith('open'))).toHaveLength(1);
  });
});

function lockSockets(folder: string): string[] {
  return fs.readdirSync(folder).filter((name) => name.startsWith('sent.json.lock'));
}

function opener(folder: string, platform: string): Child {
  return new Child(process.execPath, [script, path.join(folder, 'sent.json'), platform]);
}
