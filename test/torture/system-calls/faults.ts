import fs from 'node:fs';
import path from 'node:path';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { copyFiles } from '../../support/json-file/copy-files.js';
import { filesWithoutSyncs } from '../../support/json-file/files-in-turns.js';
import { FOLD_AT } from '../../support/json-file/folding.js';
import { interceptedFiles, systemError } from '../../support/json-file/intercepted-files.js';
import { runWorkload } from '../../support/json-file/workload.js';
import { checkReopened } from './check.js';
import { SCENARIOS, type ScenarioName } from './scenarios.js';

/** What a call on the file system meets. `short`: a write takes half of its bytes; `none`: it takes none and says so. */
export const FAULTS = ['ENOSPC', 'EIO', 'EDQUOT', 'EMFILE', 'short', 'none'] as const;
export type Fault = (typeof FAULTS)[number];

/** Which call fails: the n-th one, and with `rest` all after it. */
export interface FaultAt {
  readonly scenario: ScenarioName;
  readonly at: number;
  readonly fault: Fault;
  readonly rest: boolean;
}

/**
 * Runs a workload in this process with a fault of the file system, and compares. Resolves to the
 * number of calls on the file system.
 */
export async function runWithFault(folder: string, { scenario, at, fault, rest }: FaultAt): Promise<number> {
  const { prepare, recover, workload } = SCENARIOS[scenario];
  const kept = await prepare(folder);
  let calls = 0;
  const files = interceptedFiles((call) => {
    calls += 1;
    if (calls < at || (calls > at && !rest)) return;
    if (fault !== 'short' && fault !== 'none') throw systemError(fault);
    if (call.name === 'write') call.cut = fault === 'none' ? 0 : Math.ceil(call.length / 2);
  }, filesWithoutSyncs);
  const store = new JsonFileStore(
    withTestSeams(
      { path: path.join(folder, 'sent.json'), recover },
      { files, compactAtBytes: { least: FOLD_AT, most: FOLD_AT }, pieceBytes: 200 },
    ),
  );
  const told = { begun: new Set<string>(), done: new Set<string>(), failed: new Map(), says: new Map<string, string>() };
  const crashes: { folder: string; begun: Set<string>; done: Set<string> }[] = [];
  await runWorkload(workload, store, folder, (what, step, error) => {
    if (what === 'skipped') told.begun.delete(step);
    else if (what !== 'failed') told[what].add(step);
    else {
      told.failed.set(step, [(error as { code?: string }).code ?? '', String(error)]);
      const [group = 0, index = 0] = step.split(' ').map(Number);
      if (rest || workload[group]?.[index]?.inParts === true) return;
      // A crash at this moment: what was rejected must not be in the files.
      const crashed = { folder: `${folder}-crashed-${crashes.length}`, begun: new Set(told.begun), done: new Set(told.done) };
      crashed.begun.delete(step);
      copyFiles(folder, crashed.folder);
      crashes.push(crashed);
    }
  });
  for (const [guildId, code] of workload.flat().flatMap(({ keys }) => keys)) {
    const states = await store.states(guildId, [code]).catch(() => undefined);
    if (states !== undefined) told.says.set(`${guildId}:${code}`, states.get(code)!);
  }
  await store.close().catch(() => undefined);
  await checkReopened(folder, { ...told, scenario, kept, sure: !rest });
  for (const crashed of crashes) {
    await checkReopened(crashed.folder, { ...told, ...crashed, says: new Map(), scenario, kept, sure: false });
    fs.rmSync(crashed.folder, { recursive: true });
  }
  return calls;
}
