import type { Logger } from '../contract/logger.js';
import type { SentCodeStore } from '../contract/store.js';
import { safeLogger } from '../core/callbacks.js';
import type { FoldedItem } from './offered-codes.js';

/** Spellings that were logged for a store. A bot offers the same spellings in each round. */
const logged = new WeakMap<SentCodeStore, Set<string>>();

/** Logs each item whose code an earlier item has in another spelling, once for each store. */
export function logFolded(store: SentCodeStore, items: readonly FoldedItem[], logger: Logger | undefined): void {
  if (logger === undefined || items.length === 0) return;
  const known = logged.get(store) ?? new Set();
  logged.set(store, known);
  for (const { spelling, sameAs } of items) {
    if (known.has(spelling)) continue;
    if (known.size < MOST_KNOWN) known.add(spelling);
    safeLogger(logger).warn(
      `${store.name}: ${JSON.stringify(spelling)} was offered beside ${JSON.stringify(sameAs)}. The identity "${store.identity.name}" takes them for one ` +
        'code, so only the first is sent. If they are two codes, the store needs another identity.',
    );
  }
}

/** The most spellings that are remembered for a store: memory must not grow without end. */
const MOST_KNOWN = 10_000;
