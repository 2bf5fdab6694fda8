/**
 * The long form of the bots that run unattended, a part of `npm run test:e2e`. Prints one line for each scenario and the table of
 * counts in Markdown. Exit code 1 if a promise was broken, or a control showed nothing.
 *
 * `SEEDS` (8) and `FIRST_SEED` (1) choose the seeds, `KINDS` the kinds whose names have this text, `MONGODB_URI` the server.
 */
import { cleanUpAfterFile } from '../../tools/after-file.js';
import { chooseServer } from '../../tools/mongo/choose-server.js';
import { broken, type Kind, kinds } from './kinds.js';
import { runUnattended, type UnattendedResult } from './scenario.js';
import { openUnattendedStage } from './stage.js';

const seeds = Number(process.env['SEEDS'] ?? 8);
const firstSeed = Number(process.env['FIRST_SEED'] ?? 1);
const chosen = Object.entries(kinds).filter(([title]) => title.includes(process.env['KINDS'] ?? ''));

interface Run {
  readonly title: string;
  readonly kind: Kind;
  readonly results: readonly UnattendedResult[];
}

async function runKind(mongoUri: string, title: string, kind: Kind): Promise<Run> {
  const stage = await openUnattendedStage(mongoUri, {
    spawned: true,
    ...(kind.clockSkewMs !== undefined && { clockSkewMs: kind.clockSkewMs }),
  });
  const results: UnattendedResult[] = [];
  try {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      await stage.control.setFaults(kind.faults(seed));
      const result = await runUnattended(stage, { ...kind.scenario(seed), seed });
      results.push(result);
      console.log(`${title}, seed ${seed}: ${JSON.stringify(result)}`);
    }
  } finally {
    await stage.close();
  }
  return { title, kind, results };
}

function tableRow({ title, results }: Run): string {
  const sum = (of: (result: UnattendedResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const columns = [
    sum(({ pairs }) => pairs),
    sum(({ kills }) => kills),
    sum(({ faults }) => faults),
    sum(({ deduplicated }) => deduplicated),
    ['sent', 'not-sent', 'uncertain'].map((outcome) => sum(({ asked }) => asked[outcome] ?? 0)).join(' / '),
    sum(({ duplicates }) => duplicates.length),
    sum(({ troubled, held }) => (troubled?.held ?? held).length),
    sum(({ missing }) => missing.length),
    sum(({ held }) => held.length),
  ];
  return `| ${[title, ...columns].join(' | ')} |`;
}

const server = await chooseServer(process.env);
console.log(`Mongo for this run: ${server.description}`);
try {
  const open = [...chosen];
  const runs: Run[] = [];
  const worker = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) runs.push(await runKind(server.info.uri, ...next));
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  runs.sort((a, b) => Object.keys(kinds).indexOf(a.title) - Object.keys(kinds).indexOf(b.title));

  const heads = [
    '',
    '(guild, code)',
    'SIGKILL',
    'Discord faults',
    'resends recognised',
    'asked: sent / not-sent / uncertain',
    'posted twice',
    'held while it lasts',
  ];
  console.log(`\n| ${[...heads, 'missing at rest', 'held at rest'].join(' | ')} |`);
  console.log(`|${' --- |'.repeat(heads.length + 2)}`);
  for (const run of runs) console.log(tableRow(run));
  const faults = runs.flatMap(({ title, kind, results }) => broken(kind, results).map((fault) => `${title}, ${fault}`));
  for (const fault of faults) console.error(`BROKEN ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await server.stop();
  await cleanUpAfterFile();
}
