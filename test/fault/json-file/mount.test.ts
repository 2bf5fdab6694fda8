import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canMount } from '../../support/json-file/mounts.js';
import { Lines, makeStore, withStore } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

const MOUNTS = canMount();
if (!MOUNTS) console.log('skipped: this user may not mount a file');

describe.skipIf(!MOUNTS)('a snapshot that is mounted as a single file', () => {
  it('is said at opening to be one that cannot be replaced, and nothing tries to', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'sent.json');
    await withStore(folder, (store) => store.markSent('1', ['A']));
    fs.renameSync(file, path.join(folder, 'outside'));
    fs.writeFileSync(file, '');
    const { status, stderr } = spawnSync('mount', ['--bind', path.join(folder, 'outside'), file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    onTestFinished(() => {
      spawnSync('umount', [file]);
    });
    const logger = new Lines();
    const store = makeStore(folder, { logger }, { compactAtBytes: { least: 1, most: 1 }, foldAtCloseBytes: 1 << 20 });
    await store.markSent('1', ['B']);
    await store.markSent('1', ['C']);
    await store.close();
    expect(logger.all).toEqual([expect.stringMatching(/^warn .*sent\.json is mounted as a single file.*Mount the folder/)]);
    expect(fs.readdirSync(folder).sort()).toEqual(['outside', 'sent.json', 'sent.json.journal.1']);
    await withStore(folder, async (again) => expect(await again.filterUnsent('1', ['A', 'B', 'C', 'D'])).toEqual(['D']));
  });
});
