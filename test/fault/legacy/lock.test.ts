import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lockStateFile } from '../../../src/stores/legacy/state-lock.js';
import { Child } from '../../support/json-file/children.js';
import { makeStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { scriptOf } from '../../tools/script.js';

const able = spawnSync('unshare', ['--net', 'true']).status === 0;
if (!able) console.log('skipped in part: this user may not make a network namespace (unshare --net)');

const MAINS = new URL('../../support/legacy/', import.meta.url);

describe.skipIf(!able)('writers of a state file in several network namespaces, as of containers on one volume', () => {
  let holder: string;
  let writer: string;

  beforeAll(async () => {
    holder = await scriptOf(new URL('lock-holder/main.ts', MAINS));
    writer = await scriptOf(new URL('writer/main.ts', MAINS));
  });

  it('keep one another out, and leave the lock free when they are killed', async () => {
    const file = path.join(tempFolder(), 'giftcode_state.json');
    const owner = new Child('unshare', ['--net', process.execPath, holder, file]);
    await owner.line('held');
    await expect(lockStateFile(file, 0)).rejects.toMatchObject({ code: 'STORE_LOCKED', pid: owner.process.pid });
    const waiting = lockStateFile(file, 30_000);
    await owner.kill();
    await (await waiting).release();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it('lose no mark, and leave nothing behind', async () => {
    const file = path.join(tempFolder(), 'giftcode_state.json');
    fs.writeFileSync(file, '{"sent":{}}');
    const writers = ['A', 'B', 'C', 'D'].map((prefix, index) => {
      const command = [process.execPath, writer, file, prefix, '25'];
      return index === 0 ? new Child(command[0]!, command.slice(1)) : new Child('unshare', ['--net', ...command]);
    });
    await Promise.all(writers.map((each) => each.ended()));
    const acknowledged = writers.flatMap(({ lines }) => lines);
    expect(acknowledged).toHaveLength(100);
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({ sent: { '1': acknowledged.sort() } });
    expect(fs.readdirSync(path.dirname(file))).toEqual(['giftcode_state.json']);
  });
});

describe('the lock of a state file', () => {
  it('is that of a JSON store at the same path: one file has one writer', async () => {
    const folder = tempFolder();
    const store = makeStore(folder);
    await store.ping();
    await expect(lockStateFile(path.join(folder, 'sent.json'), 0)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await store.close();
    const lock = await lockStateFile(path.join(folder, 'sent.json'), 0);
    await expect(makeStore(folder).ping()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await lock.release();
  });

  it('says so if somebody removes its socket, before anything is written under it', async () => {
    const folder = tempFolder();
    const lock = await lockStateFile(path.join(folder, 'giftcode_state.json'), 0);
    lock.check();
    for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name));
    expect(() => lock.check()).toThrow(expect.objectContaining({ code: 'STORE_LOCKED', retryable: true }));
    await lock.release();
  });
});
