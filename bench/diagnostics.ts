/** Bytes that a call allocates through the channels for diagnostics, without a subscriber and with one. */
import { tracingChannel } from 'node:diagnostics_channel';
import type { StorePrimitives } from '../src/core/driver.js';
import { traced } from '../src/core/traced.js';
import { writeResult } from './tools/result-file.js';

// So few that no collection comes in between, which would hide what was allocated.
const CALLS = 20_000;
const resolved = Promise.resolve([]);
const plain = { readRecords: () => resolved, settleRecords: () => resolved } as unknown as StorePrimitives;
const wrapped = traced(plain, 'bench');

/** Bytes per call that are new on the heap. The promise is the same each time, so only the channels can allocate. */
function bytesOf(store: StorePrimitives): number {
  const keys: never[] = [];
  for (let warm = 0; warm < 20_000; warm += 1) void store.readRecords(keys);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let call = 0; call < CALLS; call += 1) void store.readRecords(keys);
  return Math.max(0, process.memoryUsage().heapUsed - before) / CALLS;
}

const withoutSubscriber = bytesOf(wrapped);
tracingChannel('sent-code-store:call').subscribe({ start: () => undefined } as never);
const withSubscriber = bytesOf(wrapped);
const bytesPerCall = { withoutSubscriber, withSubscriber };
console.table(bytesPerCall);
writeResult('diagnostics', { calls: CALLS, bytesPerCall });
