import { LegacyAdapterStore } from '../../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../../src/stores/legacy/state-file.js';

// Marks codes one by one in a state file and names each that was acknowledged, or the error that ended it.
const [path = '', prefix = '', count = '0'] = process.argv.slice(2);
const store = new LegacyAdapterStore(legacyStateFile(path, { lockTimeoutMs: 60_000 }));

void main();

async function main(): Promise<void> {
  try {
    for (let index = 0; index < Number(count); index += 1) {
      const code = `${prefix}${index}`;
      await store.markSent('1', [code]);
      process.stdout.write(`${code}\n`);
    }
  } catch (error) {
    process.stdout.write(`${(error as { code: string }).code} ${((error as Error).cause as { code: string }).code}\n`);
  }
}
