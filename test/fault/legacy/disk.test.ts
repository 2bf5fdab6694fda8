import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { canMount, mounted } from '../../support/json-file/mounts.js';

const MOUNTS = canMount();
if (!MOUNTS) console.log('skipped: this user may not mount a file system');

describe.skipIf(!MOUNTS)('a state file', () => {
  it('on a full disk keeps its text, and the mark says what to do and that it may be repeated', async () => {
    const folder = mounted('size=64k');
    const { store, file } = stateIn(folder);
    const ballast = fs.openSync(path.join(folder, 'ballast'), 'w');
    expect(() => {
      for (;;) fs.writeSync(ballast, Buffer.alloc(4096));
    }).toThrow('ENOSPC');
    fs.closeSync(ballast);
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({
      code: 'STORE_IO',
      retryable: true,
      cause: { code: 'ENOSPC' },
      message: `Cannot write ${file} (ENOSPC). The disk is full: make room, and call again.`,
    });
    expect(fs.readFileSync(file, 'utf8')).toBe(STATE);
    expect(fs.readdirSync(folder).sort()).toEqual(['ballast', 'giftcode_state.json']);
    fs.rmSync(path.join(folder, 'ballast'));
    expect(await store.markSent('1', ['B'])).toEqual({ marked: ['B'], alreadySent: [] });
  });

  it('on a read-only file system answers, and refuses only what it would have to write', async () => {
    const folder = mounted('size=1m');
    const { store, file } = stateIn(folder);
    spawnSync('mount', ['-o', 'remount,ro', folder]);
    expect(await store.filterUnsent('1', ['A', 'B'])).toEqual(['B']);
    expect(await store.markSent('1', ['a'])).toEqual({ marked: [], alreadySent: ['a'] });
    // A change that changes nothing, as when a migration that was done is done again.
    const known = new Map([['1', ['A']]]);
    expect(await legacyStateFile(file).changeState({ add: known })).toEqual(JSON.parse(STATE));
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({
      code: 'STORE_IO',
      retryable: false,
      cause: { code: 'EROFS' },
    });
  });
});

const STATE = '{"sent":{"1":["A"]}}';

function stateIn(folder: string): { store: LegacyAdapterStore; file: string } {
  const file = path.join(folder, 'giftcode_state.json');
  fs.writeFileSync(file, STATE);
  return { store: new LegacyAdapterStore(legacyStateFile(file)), file };
}
