import { createInterface } from 'node:readline';
import { FallbackStore, MongoStore, type SentCodeStoreError } from 'sent-code-store';
import { JsonFileStore } from '../../../../src/stores/json-file/json-file-store.js';
import type { BotSetup } from './bot.js';

// A bot's store in a process of its own: calls come in as lines, answers and events go out as lines.
const setup = JSON.parse(process.argv[2] ?? '') as BotSetup;
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const store = new FallbackStore(
  [
    new MongoStore({
      uri: setup.uri,
      database: setup.database,
      operationTimeoutMs: 60_000,
      clientOptions: { serverSelectionTimeoutMS: 1500 },
    }),
    new JsonFileStore({ path: setup.path }),
  ],
  {
    // A server that refuses is away at once. Slowness is the machine's.
    operationTimeoutMs: 60_000,
    probeAfterMs: 50,
    onEvent: (event) => print({ event: { ...event, ...('error' in event && { error: String(event.error) }) } }),
    ...setup.options,
  },
);

createInterface({ input: process.stdin })
  .on('line', (line) => void answer(JSON.parse(line) as { id: number; method: string; args: unknown[] }))
  .on('close', () => void store.close());

async function answer({ id, method, args }: { id: number; method: string; args: unknown[] }): Promise<void> {
  try {
    const call = (store as unknown as Record<string, (...args: unknown[]) => unknown>)[method];
    print({ id, value: (await call?.apply(store, args)) ?? null });
  } catch (error) {
    const { code, message } = error as SentCodeStoreError;
    print({ id, code, message });
  }
}
print({ id: 0, value: 'ready' });
