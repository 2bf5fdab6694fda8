import type { OnDamage } from '../../../src/stores/json-file/format/damage.js';
import { type LoadedStore, loadStore } from '../../../src/stores/json-file/loader.js';
import type { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { memoryFiles } from '../../support/json-file/memory-files.js';
import { TestClock } from '../../support/json-file/stores.js';

/** Everything that a store's files say, one record on a line: `[guild, code, record]`. */
export async function contentsOf(
  files: ReadonlyMap<string, Buffer>,
  paths: StorePaths,
  onDamage: OnDamage,
  look: (loaded: LoadedStore) => void = () => undefined,
): Promise<string> {
  const loaded = await loadStore(memoryFiles(files), paths, new TestClock(), onDamage);
  if (loaded === undefined) return 'no store';
  look(loaded);
  const lines = [...loaded.records.metadata].map(([key, value]) => JSON.stringify(['fact', key, value]));
  for (const guildId of loaded.records.guildIds()) {
    for (const [code, record] of [...loaded.records.entries(guildId)].filter((entry) => entry !== undefined)) {
      lines.push(JSON.stringify([guildId, code, record]));
    }
  }
  return lines.sort().join('\n');
}
