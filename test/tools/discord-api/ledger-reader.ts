import { readFileSync } from 'node:fs';
import type { LedgerEntry } from './ledger.js';
import type { Embed } from './message-body.js';

/** Reads a ledger file. Throws on a line that cannot be read, or that is out of order: a damaged oracle proves nothing. */
export function readLedger(path: string): LedgerEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  if (lines.pop() !== '') throw new Error(`the last line of ${path} is torn`);
  return lines.map((line, index) => {
    const entry = JSON.parse(line) as LedgerEntry;
    if (entry.sequence !== index + 1) throw new Error(`line ${index + 1} of ${path} has sequence ${entry.sequence}`);
    return entry;
  });
}

/**
 * The codes that a message shows: the names of its embeds' fields. A message without embed fields shows one code on each
 * line of its content; beside fields, the content is free text.
 */
export function codesShown(message: { readonly content: string; readonly embeds: readonly Embed[] }): string[] {
  const names = message.embeds.flatMap((embed) => (embed.fields ?? []).map((field) => field.name));
  if (names.length > 0) return names;
  return message.content.split('\n').filter((line) => line.trim() !== '');
}

/** The identity by which the oracle compares codes; its own, so that a fault in the package's cannot hide itself. */
function identity(code: string): string {
  return code.trim().toUpperCase();
}

/** How many posted messages show a code in a channel, by `channelId:CODE`. More than 1 is a duplicate; no key is a code that nobody saw. */
export function postsByCode(entries: readonly LedgerEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== 'created') continue;
    for (const code of new Set(codesShown(entry).map(identity))) {
      const key = `${entry.channelId}:${code}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Codes, as `channelId:CODE`, of resends that the nonce swallowed though the message that was posted first does not show
 * them (in that channel): a sender that takes the answer for a post has lost them.
 */
export function lostToDeduplication(entries: readonly LedgerEntry[]): string[] {
  const posted = new Map<string, Set<string>>();
  const lost = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'created' && entry.kind !== 'deduplicated') continue;
    const keys = codesShown(entry).map((code) => `${entry.channelId}:${identity(code)}`);
    if (entry.kind === 'created') posted.set(entry.messageId, new Set(keys));
    else for (const key of keys) if (!posted.get(entry.messageId)?.has(key)) lost.add(key);
  }
  return [...lost];
}
