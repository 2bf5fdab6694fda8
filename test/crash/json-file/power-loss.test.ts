import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SentCodeStoreError } from '../../../src/contract/errors.js';
import { refuseDamage } from '../../../src/stores/json-file/format/damage.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { loadStore } from '../../../src/stores/json-file/loader.js';
import { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { memoryFiles } from '../../support/json-file/memory-files.js';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { makeStore, TestClock } from '../../support/json-file/stores.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { DiskModel, type Keep } from '../../support/json-file/disk-model.js';
import { FOLD_AT } from '../../support/json-file/folding.js';
import { allowedOutcomes, EVERYTHING, runWorkload } from '../../support/json-file/workload.js';

const KEEPS: readonly Keep[] = [
  () => 0,
  (n) => n,
  (n) => n / 2,
  (n) => Math.max(n - 0.5, 0),
  (n) => Math.min(1, n),
  (n) => n * 0.75,
];

describe('an acknowledged mark survives power loss', () => {
  it('whenever the power fails, and whatever is left of what was not synced', async () => {
    const folder = tempFolder();
    const begun = new Set<string>();
    const done = new Set<string>();
    const images: { files: Map<string, Buffer>; begun: Set<string>; done: Set<string> }[] = [];
    const disk: DiskModel = new DiskModel(folder, () => {
      for (const keepContent of KEEPS) {
        for (const keepNames of KEEPS) {
          const files = disk.afterPowerLoss(keepContent, keepNames);
          images.push({ files, begun: new Set(begun), done: new Set(done) });
        }
      }
    });
    const file = path.join(folder, 'sent.json');
    const seams = { files: disk.files, compactAtBytes: { least: FOLD_AT, most: FOLD_AT }, pieceBytes: 200 };
    const store = new JsonFileStore(withTestSeams({ path: file }, seams));
    await runWorkload(EVERYTHING, store, folder, (what, step) => {
      if (what === 'begun') begun.add(step);
      else if (what === 'done') done.add(step);
      else throw new Error(`step ${step} ${what}`);
    });
    await store.close();
    for (const image of images) await check(folder, image);
    console.log(`power failures: ${images.length}`);
    expect(images.length).toBeGreaterThan(3000);
  });

  it('if it rests on a line that an earlier process wrote and could not sync', async () => {
    const folder = tempFolder();
    const disk = new DiskModel(folder, () => undefined);
    let broken = false;
    const files = interceptedFiles(({ name }) => {
      if (broken && (name === 'sync' || name === 'ftruncate')) throw systemError('EIO');
    }, disk.files);
    const first = makeStore(folder, {}, { files });
    await first.markSent('1', ['A']);
    broken = true;
    await expect(first.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_IO' });
    await first.close();
    const second = makeStore(folder, {}, { files: disk.files });
    expect(await second.markSent('1', ['B'])).toEqual({ marked: [], alreadySent: ['B'] });
    await check(folder, { files: disk.afterPowerLoss(none, none), begun: new Set(), done: new Set(['0 0']) });
  });

  it('if it is in a journal whose name an earlier process could not sync', async () => {
    const folder = tempFolder();
    const disk = new DiskModel(folder, () => undefined);
    const files = interceptedFiles(({ name, path: at }) => {
      if (name === 'sync' && at === folder && fs.existsSync(path.join(folder, 'sent.json.journal.2'))) throw systemError('EIO');
    }, disk.files);
    const first = makeStore(folder, {}, { files, compactAtBytes: { least: FOLD_AT, most: FOLD_AT } });
    await first.markSent(
      '9',
      Array.from({ length: 20 }, (_, index) => `FILLER${index}`),
    );
    while (!fs.existsSync(path.join(folder, 'sent.json.journal.2'))) await new Promise((resolve) => setImmediate(resolve));
    await first.close();
    const second = makeStore(folder, {}, { files: disk.files });
    await second.markSent('1', ['A', 'B']);
    await check(folder, { files: disk.afterPowerLoss(none, none), begun: new Set(), done: new Set(['0 0']) });
  });
});

const none = (): number => 0;

async function check(
  folder: string,
  { files, begun, done }: { files: ReadonlyMap<string, Buffer>; begun: ReadonlySet<string>; done: ReadonlySet<string> },
): Promise<void> {
  const contents = new Map([...files].map(([name, bytes]) => [path.join(folder, name), bytes]));
  const describeImage = (): string => [...files].map(([name, bytes]) => `--- ${name}\n${bytes.toString()}`).join('\n');
  try {
    const loaded = await loadStore(memoryFiles(contents), new StorePaths(folder, 'sent.json'), new TestClock(), refuseDamage);
    for (const [key, allowed] of allowedOutcomes(EVERYTHING, begun, done)) {
      const [guildId = '', code = ''] = key.split(':');
      const record = loaded?.records.get(guildId, code);
      const found = record === undefined ? 'absent' : record.state === 'sent' ? 'sent' : 'uncertain';
      if (!allowed.has(found)) throw new Error(`${key} is ${found}, allowed: ${[...allowed].join(', ')}\n${describeImage()}`);
    }
  } catch (error) {
    if (error instanceof SentCodeStoreError) throw new Error(`${error.message}\n${describeImage()}`, { cause: error });
    throw error;
  }
}
