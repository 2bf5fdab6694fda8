import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestSeams, testSeamsOf, withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { openWritable } from '../../../src/stores/json-file/open-writable.js';
import { KEEP_AT_CLOSE, Lines, TestClock } from './stores.js';

/** The files of a small store with everything in it, some in its snapshot and some in its journal, as if they were in another folder. */
export async function sampleFiles(folder: string): Promise<Map<string, Buffer>> {
  const real = fs.mkdtempSync(path.join(os.tmpdir(), 'json-file-sample-'));
  try {
    await makeSample(path.join(real, 'sent.json'));
    return new Map(fs.readdirSync(real).map((name) => [path.join(folder, name), fs.readFileSync(path.join(real, name))]));
  } finally {
    fs.rmSync(real, { recursive: true });
  }
}

async function makeSample(file: string): Promise<void> {
  const clock = new TestClock();
  await useStore(file, clock, async (store) => {
    await store.markSent('100000000000000001', ['SPRING24', 'é"\\[],', 'VIP']);
    await store.markSent('__proto__', ['__proto__', 'constructor'], { source: 'website' });
    await store.markSent(
      '300',
      Array.from({ length: 20 }, (_, index) => `INDEXED${index}`),
    );
    await store.claim('200', ['HELD1', 'held2']);
    await store.baseline('400', ['OLD1', 'OLD2']);
  });
  await compact(file, clock);
  await useStore(file, clock, async (store) => {
    await store.markSent('100000000000000001', ['AUTUMN24']);
    await store.claim('200', ['HELD3']);
    await store.forget('100000000000000001', ['VIP']);
    await store.markSent('500', ['LAST']);
  });
}

/** Folds the journal of a store that is not open. */
export async function compact(file: string, clock = new TestClock(), seams: Partial<TestSeams> = {}): Promise<void> {
  const opened = await openWritable({
    path: file,
    create: 'never',
    lockTimeoutMs: 0,
    recover: false,
    clock,
    randomId: () => 'unused',
    logger: new Lines(),
    seams: { ...testSeamsOf({}), ...KEEP_AT_CLOSE, ...seams },
  });
  try {
    await opened.compact();
  } finally {
    await opened.close();
  }
}

async function useStore(file: string, clock: TestClock, step: (store: JsonFileStore) => Promise<void>): Promise<void> {
  const store = new JsonFileStore(withTestSeams({ path: file, clock }, KEEP_AT_CLOSE));
  await step(store);
  await store.close();
}
