/**
 * The long form of the end-to-end proof: `npm run test:e2e`. For each seed: MongoDB with three bots and the JSON file with one,
 * under both policies; then the controls. Prints one line for each scenario and the table of counts in Markdown. Exit code 1 if a
 * promise was broken, or a control showed nothing.
 *
 * `SEEDS` (20) and `FIRST_SEED` (1) choose the seeds, `MONGODB_URI` the server.
 */
import { cleanUpAfterFile } from '../tools/after-file.js';
import { chooseServer } from '../tools/mongo/choose-server.js';
import { runScenario, type Scenario, type ScenarioResult, type Stage } from './scenario.js';
import { openStage } from './stage.js';

const seeds = Number(process.env['SEEDS'] ?? 20);
const firstSeed = Number(process.env['FIRST_SEED'] ?? 1);

const kinds = {
  'retry with nonces, MongoDB, 3 bots': { store: 'mongo', policy: 'retry', nonce: true, bots: 3, accidents: 2 },
  'retry with nonces, JSON file, 1 bot': { store: 'json-file', policy: 'retry', nonce: true, bots: 1, accidents: 5 },
  'hold, MongoDB, 3 bots': { store: 'mongo', policy: 'hold', nonce: false, bots: 3, accidents: 2 },
  'hold, JSON file, 1 bot': { store: 'json-file', policy: 'hold', nonce: false, bots: 1, accidents: 5 },
} as const satisfies Record<string, Omit<Scenario, 'seed'>>;
const controls = {
  'control: no claims (look-up, send, mark)': { store: 'mongo', policy: 'naive', nonce: false, bots: 3, accidents: 0 },
  'control: retry without nonces': { store: 'json-file', policy: 'retry', nonce: false, bots: 1, accidents: 3 },
} as const satisfies Record<string, Omit<Scenario, 'seed'>>;

/** What a result breaks; nothing if all is as promised. */
function broken(result: ScenarioResult, { policy, store }: Omit<Scenario, 'seed'>): string[] {
  const { duplicates, unaccounted, forgotten, swallowed, wholeHeld, pairs, postedOnce } = result;
  const lists = { duplicates, unaccounted, forgotten, swallowed, ...(policy === 'retry' && { wholeHeld }) };
  const faults = Object.entries(lists).flatMap(([name, all]) => all.map((one) => `${name}: ${one}`));
  // Only an outage in the middle of a claim leaves a message that is not whole, and the file has none.
  if (policy === 'retry' && store === 'json-file' && postedOnce !== pairs) faults.push(`posted once: ${postedOnce} of ${pairs}`);
  return faults;
}

function sum(results: readonly ScenarioResult[], of: (result: ScenarioResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0);
}

function tableRow(title: string, results: readonly ScenarioResult[]): string {
  const killed = (result: ScenarioResult, word: string): number =>
    Object.entries(result.incidents).reduce((total, [what, count]) => total + (what.startsWith(word) ? count : 0), 0);
  const columns = [
    results.length,
    sum(results, ({ pairs }) => pairs),
    sum(results, (result) => killed(result, 'kill')),
    sum(results, (result) => killed(result, 'stop')),
    sum(results, ({ outages }) => outages),
    sum(results, ({ faults }) => faults),
    sum(results, ({ deduplicated }) => deduplicated),
    sum(results, ({ duplicates }) => duplicates.length),
    sum(results, ({ heldMissing }) => heldMissing),
    sum(results, ({ heldPosted }) => heldPosted),
    sum(results, ({ unaccounted, forgotten }) => unaccounted.length + forgotten.length),
  ];
  return `| ${[title, ...columns].join(' | ')} |`;
}

async function runSeeds(stage: Stage, title: string, kind: Omit<Scenario, 'seed'>): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const result = await runScenario(stage, { ...kind, seed });
    results.push(result);
    console.log(`${title}, seed ${seed}: ${JSON.stringify(result)}`);
  }
  return results;
}

const server = await chooseServer(process.env);
console.log(`Mongo for this run: ${server.description}`);
const stage = await openStage(server.info.uri, firstSeed);
try {
  const promised = await Promise.all(
    Object.entries(kinds).map(async ([title, kind]) => ({ title, kind, results: await runSeeds(stage, title, kind) })),
  );
  const shown = [];
  for (const [title, kind] of Object.entries(controls)) shown.push({ title, results: await runSeeds(stage, title, kind) });
  const heads = [
    '',
    'scenarios',
    '(guild, code)',
    'SIGKILL',
    'SIGSTOP',
    'store outages',
    'faults of Discord',
    'resends recognised',
  ];
  console.log(`\n| ${[...heads, 'posted twice', 'missing, uncertain', 'posted, uncertain', 'unaccounted'].join(' | ')} |`);
  console.log(`|${' --- |'.repeat(heads.length + 4)}`);
  for (const { title, results } of [...promised, ...shown]) console.log(tableRow(title, results));
  const faults = promised.flatMap(({ title, kind, results }) =>
    results.flatMap((result, index) => broken(result, kind).map((fault) => `${title}, seed ${firstSeed + index}: ${fault}`)),
  );
  const silent = shown.filter(({ results }) => results.every(({ duplicates }) => duplicates.length === 0));
  for (const fault of faults) console.error(`BROKEN ${fault}`);
  for (const { title } of silent) console.error(`SHOWS NOTHING ${title}`);
  process.exitCode = faults.length + silent.length === 0 ? 0 : 1;
} finally {
  await stage.close();
  await server.stop();
  await cleanUpAfterFile();
}
