import cluster from 'node:cluster';
import { createInterface } from 'node:readline';
import { StoreLockedError } from '../../../src/contract/errors.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';

/**
 * Opens a store and says how that went: `open`, or `refused CODE pid`. Then does what it is told: `mark CODE`, `close`. With `workers` it opens it in
 * two workers of a cluster instead. With `heir` a second store waits for the first one to close, closes too, and nothing is left to do.
 */
const [path = '', platform = process.platform, mode = ''] = process.argv.slice(2);

if (mode === 'workers' && cluster.isPrimary) {
  for (let count = 0; count < 2; count += 1) cluster.fork();
} else if (mode === 'heir') void inherit();
else void open();

async function inherit(): Promise<void> {
  const options = { path, lockTimeoutMs: 600_000 };
  const [first, heir] = [0, 1].map(
    () => new JsonFileStore(withTestSeams({ ...options }, { platform: platform as NodeJS.Platform })),
  );
  await first!.ping();
  const inherited = heir!.ping();
  while (!process.getActiveResourcesInfo().includes('Timeout')) await new Promise((resolve) => setImmediate(resolve));
  await first!.close();
  await inherited;
  await heir!.close();
  console.log('inherited');
}

async function open(): Promise<void> {
  const store = new JsonFileStore(withTestSeams({ path }, { platform: platform as NodeJS.Platform }));
  try {
    await store.ping();
    console.log(`open ${process.pid}`);
  } catch (error) {
    const { code } = error as { code: string };
    console.log(`refused ${code} ${error instanceof StoreLockedError ? error.pid : (error as Error).message}`);
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = '', code = ''] = line.split(' ');
    try {
      if (word === 'mark') await store.markSent('1', [code]);
      if (word === 'close') await store.close();
      console.log(`did ${line}`);
    } catch (error) {
      console.log(`failed ${line}: ${(error as { code: string }).code}`);
    }
  }
}
