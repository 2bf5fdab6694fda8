import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { Commands, WriteOutcome } from './commands.js';
import type { WriteOperation } from './driver.js';

/**
 * Writes what is to happen to some codes, in the order of their keys: a server that runs a bulk as
 * one transaction would find two of them waiting for each other otherwise. The operations must
 * change nothing the second time.
 */
export async function writeInOrder<K extends CodeKey>(
  commands: Commands,
  keys: readonly K[],
  toOperations: (key: K) => readonly WriteOperation[],
): Promise<WriteOutcome> {
  if (keys.length === 0) return { matched: 0, removed: 0 };
  const sorted = keys.map((key) => ({ key, id: keyOf(key.guildId, key.code) })).sort((a, b) => (a.id < b.id ? -1 : 1));
  return commands.write(
    sorted.flatMap(({ key }) => toOperations(key)),
    { repeatable: true },
  );
}
