/**
 * The long form: `npm run test:torture system-calls`. A JSON file store is killed before and after
 * each system call that changes something, and each of them fails with every error; then the store
 * is opened and compared. Nothing is random: `EVERY=10` and `FIRST=3` take each tenth case, and
 * `CASE='fresh: rename 3'` those whose name begins so.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeScript } from '../../tools/script.js';
import { checkReopened } from './check.js';
import { FAULTS, runWithFault } from './faults.js';
import { type ChildOptions, runChild } from './run-child.js';
import { SCENARIOS, type ScenarioName } from './scenarios.js';
import { hasStrace, inject, type SystemCall, systemCalls } from './strace.js';

const every = Number(process.env['EVERY'] ?? 1);
const first = Number(process.env['FIRST'] ?? 0);
const chosen = process.env['CASE'] ?? '';
const AT_ONCE = 2;

/** What is tried: a name for the one who reads it, and a run that throws what is wrong. */
interface Case {
  readonly name: string;
  readonly kind: string;
  readonly run: (folder: string) => Promise<unknown>;
}

void main();

async function main(): Promise<void> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'system-calls-'));
  const script = await makeScript(new URL('child.ts', import.meta.url));
  const straced = hasStrace();
  if (!straced)
    console.log('strace is not installed, or may not trace: the seam of the file system fails in place of the system.');
  const counts = new Map<string, number>();
  const wrong: string[] = [];
  for (const scenario of Object.keys(SCENARIOS) as ScenarioName[]) {
    const cases = [
      ...(straced ? await tracedCases(path.join(base, scenario), script.path, scenario) : []),
      ...(await seamCases(path.join(base, `${scenario}-seam`), scenario)),
    ].filter(({ name }, index) => name.startsWith(chosen) && (index - first) % every === 0);
    const worker = async (): Promise<void> => {
      for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
        const folder = fs.mkdtempSync(path.join(base, 'case-'));
        try {
          await next.run(folder);
        } catch (error) {
          wrong.push(`${next.name}: ${error instanceof Error ? error.message : String(error)}`);
          console.log(wrong.at(-1));
        }
        counts.set(next.kind, (counts.get(next.kind) ?? 0) + 1);
        fs.rmSync(folder, { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    console.log(`${scenario}: ${[...counts].map(([kind, count]) => `${kind} ${count}`).join(', ')}; wrong: ${wrong.length}`);
  }
  await script.remove();
  fs.rmSync(base, { recursive: true });
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

async function tracedCases(base: string, script: string, scenario: ScenarioName): Promise<Case[]> {
  fs.mkdirSync(base);
  const { prepare } = SCENARIOS[scenario];
  const optionsFor = (folder: string, files: ChildOptions['files']): ChildOptions => ({
    folder: path.join(folder, 'store'),
    log: path.join(folder, 'log'),
    scenario,
    files,
  });
  const callsOf = async (files: ChildOptions['files'], name: string): Promise<SystemCall[]> => {
    await prepare(path.join(base, name, 'store'));
    return systemCalls(script, optionsFor(path.join(base, name), files));
  };
  const injected = (kind: string, call: SystemCall, what: string, { rest = false, threads = false } = {}): Case => ({
    name: `${scenario}: ${call.name} ${call.nth}, ${what}${rest ? ' from then on' : ''}${threads ? ', in the pool' : ''}`,
    kind,
    run: async (folder) => {
      const kept = await prepare(path.join(folder, 'store'));
      const options = optionsFor(folder, threads ? 'as they are' : 'in turns');
      const run = await runChild(script, options, inject(call, what, { rest, threads }));
      await checkReopened(options.folder, { ...run, scenario, kept, sure: !run.killed && !rest });
    },
  });
  // What the first child compiles is kept for the others, by calls of its own.
  await prepare(path.join(base, 'compile', 'store'));
  await runChild(script, optionsFor(path.join(base, 'compile'), 'in turns'));
  const calls = await callsOf('in turns', 'trace');
  const pooled = await callsOf('as they are', 'pool');
  return [
    ...calls.flatMap((call, index) => [
      ...(call.changes ? [injected('killed before', call, 'signal=SIGKILL')] : []),
      ...(calls[index - 1]?.changes === true ? [injected('killed after', call, 'signal=SIGKILL')] : []),
      ...errorsOf(call).map((error) => injected(error, call, `error=${error}`)),
      ...(call.changes ? [injected('ENOSPC from then on', call, 'error=ENOSPC', { rest: true })] : []),
    ]),
    ...pooled.map((call) => injected('killed before, in the pool', call, 'signal=SIGKILL', { threads: true })),
  ];
}

/** The errors that a call can meet: one that only reads needs no room. */
function errorsOf({ name, changes }: SystemCall): readonly string[] {
  if (changes) return ['ENOSPC', 'EIO', 'EDQUOT', 'EMFILE'];
  return name === 'openat' ? ['EIO', 'EMFILE'] : [];
}

/** Strace makes the calls of one kind fail from then on; the seam makes all of them fail. */
async function seamCases(base: string, scenario: ScenarioName): Promise<Case[]> {
  const calls = await runWithFault(base, { scenario, at: Infinity, fault: 'EIO', rest: false });
  const places = Array.from({ length: calls }, (_, index) => index + 1);
  return places.flatMap((at) =>
    FAULTS.flatMap((fault) =>
      [false, true].map((rest) => ({
        name: `${scenario}: ${fault} at call ${at}${rest ? ' and from then on' : ''}`,
        kind: `${fault} by the seam`,
        run: (folder: string) => runWithFault(path.join(folder, 'store'), { scenario, at, fault, rest }),
      })),
    ),
  );
}
