import fs from 'node:fs';
import path from 'node:path';
import { JsonFileStore } from '../../../src/stores/json-file/json-file-store.js';
import { withTestSeams } from '../../../src/stores/json-file/test-seams.js';
import { filesWithoutSyncs } from '../../support/json-file/files-in-turns.js';
import {
  allowedOutcomes,
  claim,
  confirm,
  EVERYTHING,
  forget,
  mark,
  type Outcome,
  runWorkload,
  type Workload,
} from '../../support/json-file/workload.js';

/** What is in a folder before a run, and what the run does. */
export interface Scenario {
  /** Makes the folder's files. Resolves to damaged bytes of which a person may need a copy. */
  readonly prepare: (folder: string) => Promise<Buffer | undefined>;
  /** What these files say of each `guild:code`. */
  readonly earlier: ReadonlyMap<string, ReadonlySet<Outcome>>;
  readonly recover: boolean;
  readonly workload: Workload;
}

export type ScenarioName = 'fresh' | 'reopened' | 'torn' | 'damaged';

const JOURNAL = 'sent.json.journal.1';
const ANY: ReadonlySet<Outcome> = new Set(['sent', 'uncertain', 'absent']);

const EARLIER: Workload = [
  [mark('20', 'FIRST', 'SECOND')],
  [mark('20', 'MIDDLE')],
  [claim('21', 'HELD', 'TOO')],
  [mark('20', 'LAST')],
];
const STEPS = ['0 0', '1 0', '2 0', '3 0'];
const WHOLE = allowedOutcomes(EARLIER, new Set(STEPS), new Set(STEPS));

const SOME: Workload = [[mark('1', 'A', 'B'), claim('2', 'C')], [confirm('2', 'C'), forget('1', 'B')], [mark('1', 'D')]];

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  /** A new store: marks, claims, confirms, compactions, closing. */
  fresh: { prepare: makeFolder, earlier: new Map(), recover: false, workload: EVERYTHING },
  /** A store that another process left with a journal to fold. */
  reopened: {
    prepare: async (folder) => {
      await makeEarlier(folder);
      return undefined;
    },
    earlier: WHOLE,
    recover: false,
    workload: SOME,
  },
  /** A journal whose last line is cut off: its end is kept aside. */
  torn: {
    prepare: async (folder) => {
      const journal = (await makeEarlier(folder)).subarray(0, -9);
      fs.writeFileSync(path.join(folder, JOURNAL), journal);
      return journal.subarray(journal.lastIndexOf('\n') + 1);
    },
    earlier: new Map([...WHOLE, ['20:LAST', new Set<Outcome>(['absent'])]]),
    recover: false,
    workload: SOME,
  },
  /** A journal with a changed line in the middle: it is salvaged, and kept aside. */
  damaged: {
    prepare: async (folder) => {
      const journal = await makeEarlier(folder);
      // Still a record, with another code.
      journal.write('MEDDLE', journal.indexOf('MIDDLE'));
      fs.writeFileSync(path.join(folder, JOURNAL), journal);
      return journal;
    },
    earlier: new Map([...WHOLE, ['20:MIDDLE', ANY], ['20:MEDDLE', ANY]]),
    recover: true,
    workload: SOME,
  },
};

async function makeEarlier(folder: string): Promise<Buffer> {
  fs.mkdirSync(folder, { recursive: true });
  const store = new JsonFileStore(
    withTestSeams({ path: path.join(folder, 'sent.json') }, { files: filesWithoutSyncs, foldAtCloseBytes: 0 }),
  );
  await runWorkload(EARLIER, store, folder, (what, step, error) => {
    if (what !== 'begun' && what !== 'done') throw new Error(`step ${step} ${what}`, { cause: error });
  });
  await store.close();
  return fs.readFileSync(path.join(folder, JOURNAL));
}

async function makeFolder(folder: string): Promise<undefined> {
  fs.mkdirSync(folder, { recursive: true });
}
