import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import Keyv from 'keyv';
import { testSentCodeStore } from 'sent-code-store/conformance';
import { FileMap } from '../src/file-map.js';
import { KeyvStore } from '../src/keyv-store.js';

/** Fails as a server does that cannot be reached. */
class Backend extends FileMap {
  isAway = false;

  get(key) {
    if (this.isAway) throw new Error('connection refused');
    return super.get(key);
  }

  set(key, value) {
    if (this.isAway) throw new Error('connection refused');
    return super.set(key, value);
  }

  delete(key) {
    if (this.isAway) throw new Error('connection refused');
    return super.delete(key);
  }

  *[Symbol.iterator]() {
    if (this.isAway) throw new Error('connection refused');
    yield* super[Symbol.iterator]();
  }
}

testSentCodeStore({
  name: 'KeyvStore',
  describe,
  it,
  supports: { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: true },
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyv-store-'));
    let time = 0;
    const clock = { now: () => 1e12 + time, monotonic: () => time };
    let backend;
    let store;
    const open = (options) => {
      backend = new Backend(join(folder, 'data.ndjson'), { syncs: false });
      store = new KeyvStore(new Keyv({ store: backend, throwOnErrors: true }), { clock, ...options });
      return store;
    };
    const close = async () => {
      await store.close();
      backend.close();
    };
    return {
      store: open(),
      advance: async (ms) => {
        time += ms;
      },
      reopen: async (options) => {
        await close();
        return open(options);
      },
      outage: async () => {
        backend.isAway = true;
        return async () => {
          backend.isAway = false;
          return store;
        };
      },
      dispose: async () => {
        await close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});

void it('KeyvStore refuses a Keyv that swallows errors', () => {
  assert.throws(() => new KeyvStore(new Keyv()), /throwOnErrors/);
});
