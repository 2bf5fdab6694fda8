import type { SentCodeStore } from '../contract/store.js';

/**
 * Tells whether a guild has a mark with a receipt. The first question reads all marks of the guild,
 * so that a round without a question reads none.
 */
export function recordedReceipts(store: SentCodeStore, guildId: string): (receipt: string) => Promise<boolean> {
  let read: Promise<ReadonlySet<string>> | undefined;
  return async (receipt) => {
    read ??= readReceipts(store, guildId);
    return (await read).has(receipt);
  };
}

async function readReceipts(store: SentCodeStore, guildId: string): Promise<ReadonlySet<string>> {
  const receipts = new Set<string>();
  for await (const { receipt } of store.listSent(guildId)) if (receipt !== null) receipts.add(receipt);
  return receipts;
}
