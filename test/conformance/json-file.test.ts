import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonFileStore, type JsonFileStoreOptions } from 'sent-code-store';
import { type Fixture, testSentCodeStore } from 'sent-code-store/conformance';
import { describe, it } from 'vitest';
import { type TestSeams, withTestSeams } from '../../src/stores/json-file/test-seams.js';
import { ManualClock } from '../support/stores/manual-clock.js';
import { interceptedFiles, systemError } from '../support/json-file/intercepted-files.js';

/** A store on a file of its own, on a disk that can be made to fail. */
async function jsonFileFixture(seams: Partial<TestSeams>): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const clock = new ManualClock();
  let diskFails = false;
  const files = interceptedFiles(() => {
    if (diskFails) throw systemError('EIO');
  });
  const open = (options: Partial<JsonFileStoreOptions> = {}): JsonFileStore =>
    new JsonFileStore(withTestSeams({ path: join(folder, 'sent.json'), clock, ...options }, { ...seams, files }));
  let store = open();
  return {
    store,
    advance: async (ms) => clock.advance(ms),
    reopen: async (options) => {
      await store.close();
      store = open(options);
      return store;
    },
    outage: async () => {
      diskFails = true;
      return async () => {
        diskFails = false;
        return store;
      };
    },
    dispose: async () => {
      diskFails = false;
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const setups: readonly (readonly [name: string, seams: Partial<TestSeams>])[] = [
  ['JsonFileStore', {}],
  // The journal is folded into the snapshot all the time, in small pieces.
  ['JsonFileStore that always compacts', { compactAtBytes: { least: 200, most: 2000 }, pieceBytes: 500 }],
];

for (const [name, seams] of setups) {
  testSentCodeStore({
    name,
    describe,
    it,
    supports: { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: true },
    create: () => jsonFileFixture(seams),
  });
}
