import fs from 'node:fs';
import path from 'node:path';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import { refuseDamage } from '../../../src/stores/json-file/format/damage.js';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { loadStore } from '../../../src/stores/json-file/loader.js';
import { StorePaths } from '../../../src/stores/json-file/store-paths.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { filesWithoutSyncs } from '../../support/json-file/files-in-turns.js';
import { Lines, TestClock } from '../../support/json-file/stores.js';
import { allowedOutcomes, type Outcome } from '../../support/json-file/workload.js';
import type { Run } from './run-child.js';
import { SCENARIOS, type ScenarioName } from './scenarios.js';

/** What a run did in a folder. */
export interface Told extends Pick<Run, 'begun' | 'done' | 'failed' | 'says'> {
  readonly scenario: ScenarioName;
  /** Damaged bytes that were there before. */
  readonly kept: Buffer | undefined;
  /** Whether the store's last answers must be what is read after a reopening: after one fault, not while the disk stays broken. */
  readonly sure: boolean;
}

/**
 * Opens what a run left, and compares in both directions: what was acknowledged is there, and
 * nothing is there that was not asked for. Throws what is wrong.
 */
export async function checkReopened(folder: string, told: Told): Promise<void> {
  const { recover, earlier, workload } = SCENARIOS[told.scenario];
  for (const [step, [code, message]] of told.failed) {
    if (code !== 'STORE_IO') throw new Error(`step ${step} was rejected with ${code}: ${message}`);
  }
  if (!isKept(folder, told.kept)) throw new Error('the damaged bytes are in no file any more');
  const logger = new Lines();
  const store = new JsonFileStore(
    withTestSeams({ path: path.join(folder, 'sent.json'), logger, recover }, { files: filesWithoutSyncs, foldAtCloseBytes: 0 }),
  );
  await store.ping();
  await store.close();
  if (!isKept(folder, told.kept)) throw new Error('the damaged bytes are in no file after the reopening');
  const found = await readOutcomes(folder);
  const allowed = new Map([...earlier, ...allowedOutcomes(workload, told.begun, told.done)]);
  for (const key of new Set([...allowed.keys(), ...found.keys()])) {
    const outcome = found.get(key) ?? 'absent';
    const may = allowed.get(key);
    if (may === undefined) throw new Error(`${key} is ${outcome}, and nobody asked for it`);
    if (!may.has(outcome)) throw new Error(`${key} is ${outcome}, allowed: ${[...may].join(', ')}. ${logger.all.join(' ')}`);
  }
  if (!told.sure) return;
  for (const [key, state] of told.says) {
    const said = state === 'claimed' ? 'uncertain' : state;
    if (said !== (found.get(key) ?? 'absent'))
      throw new Error(`${key} was ${state} in the store, and is ${found.get(key)} in the file`);
  }
}

function isKept(folder: string, kept: Buffer | undefined): boolean {
  if (kept === undefined) return true;
  const names = fs.readdirSync(folder).filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return names.some((name) => fs.readFileSync(path.join(folder, name)).includes(kept));
}

/** Everything that the files of a store say. */
async function readOutcomes(folder: string): Promise<Map<string, Outcome>> {
  const loaded = await loadStore(nodeFileSystem, new StorePaths(folder, 'sent.json'), new TestClock(), refuseDamage);
  const found = new Map<string, Outcome>();
  for (const guildId of loaded?.records.guildIds() ?? []) {
    for (const entry of loaded?.records.entries(guildId) ?? []) {
      if (entry !== undefined) found.set(`${guildId}:${entry[0]}`, entry[1].state === 'sent' ? 'sent' : 'uncertain');
    }
  }
  return found;
}
