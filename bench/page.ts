/** Writes the tables of docs/performance.md from the last results, between the marks that the page has for them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { goalsOf } from './goals.js';
import { beforeAndNow } from './tables/before.js';
import { inWords, spaced, table } from './tables/markdown.js';
import { atAMillion } from './tables/scale.js';
import { BEFORE, OURS } from './tools/packages.js';
import { resultOf } from './tools/results.js';
import type { Row } from './tools/rows.js';

const results = {
  'json-file': resultOf('json-file'),
  open: resultOf('open'),
  compaction: resultOf('compaction'),
  mongo: resultOf('mongo'),
  fallback: resultOf('fallback'),
  delivery: resultOf('delivery'),
  import: resultOf('import'),
  'record-size': resultOf('record-size'),
};
const { 'json-file': local, open, compaction, mongo, fallback, delivery, import: imported } = results;
const isNow = ({ who }: Row): boolean => who !== BEFORE && !who.endsWith(`, ${BEFORE}`);
const largest = Math.max(...local.rows.map(({ size }) => size));

const blocks: Record<string, () => string> = {
  run: () => {
    const loads = Object.values(results).flatMap(({ run }) => run.load);
    const { date, node, cpu, cores, system } = local.run;
    const peers = Object.entries({ ...local.peers }).map(([name, version]) => `${name} ${version}`);
    return [
      `Measured on ${date}: Node ${node.slice(1)}, ${system}, ${cpu}, ${cores} cores, load average ${Math.min(...loads)} to ${Math.max(...loads)}.`,
      `MongoDB: ${mongo.server}, on the same machine, ${spaced(mongo.documents)} documents in the collection. Peers: ${peers.join(', ')}.`,
    ].join('\n');
  },
  goals: () =>
    table(
      ['goal', 'limit', 'median', 'fastest tenth', ''],
      goalsOf(results).map(({ what, limit, unit, measured, undisturbed }) => {
        const met =
          measured === undefined
            ? 'not measured'
            : measured <= limit
              ? 'met'
              : (undisturbed ?? Infinity) <= limit
                ? 'met undisturbed'
                : '**not met**';
        return [
          what,
          `${spaced(limit)} ${unit}`,
          measured === undefined ? '' : spaced(measured),
          undisturbed === undefined ? '' : spaced(undisturbed),
          met,
        ];
      }),
    ),
  local: () => timesOf(local.rows.filter((row) => isNow(row) && row.size === largest)),
  open: () => timesOf(open.rows.filter(isNow)),
  compaction: () =>
    table(
      ['', 'marks', 'ms', 'p99', 'p99, ratio', 'longest time that the event loop was blocked, ms'],
      compaction.rows
        .filter(({ who }) => who !== BEFORE)
        .map(({ who, marks, ms, p99, ratio, longestBlockMs }) => [
          who,
          marks,
          spaced(ms),
          spaced(p99),
          ratio,
          spaced(longestBlockMs),
        ]),
    ),
  mongo: () =>
    table(
      ['', 'codes or guilds', 'who', 'commands', 'ms', 'p99', 'ratio'],
      mongo.rows
        .filter(isNow)
        // All sizes of a scenario together.
        .toSorted((a, b) => place(a) - place(b))
        .map(({ scenario, size, who, commands, ms, p99, ratio }) => [
          scenario,
          spaced(size),
          who,
          commands === undefined ? '' : spaced(commands),
          spaced(ms),
          spaced(p99),
          ratio === undefined ? '' : spaced(ratio),
        ]),
    ),
  fallback: () => timesOf(fallback.rows.filter(isNow)),
  delivery: () =>
    table(
      ['', 'store', 'messages', 'seconds', 'heap over the offer, MB', 'commands or syncs'],
      delivery.rows
        .filter(({ build }) => build === OURS)
        .map(({ what, store, messages, seconds, heapMB, steps }) => [
          inWords(what),
          store,
          spaced(messages),
          seconds,
          heapMB,
          spaced(steps),
        ]),
    ),
  import: () =>
    table(
      ['', 'all, ms', 'zod, ms', 'ours, ms'],
      imported.rows.filter(({ build }) => build === OURS).map(({ format, ms, zodMs, oursMs }) => [format, ms, zodMs, oursMs]),
    ),
  before: () => beforeAndNow(results),
  scale: () => atAMillion(results),
};

const page = new URL('../docs/performance.md', import.meta.url);
const written = readFileSync(page, 'utf8').replaceAll(
  /(<!-- figures: (\w+) -->\n)[^]*?(\n<!-- end -->)/g,
  (_, head: string, name: string, tail: string) => {
    const block = blocks[name];
    if (block === undefined)
      throw new Error(
        `docs/performance.md asks for figures that are called ${name}; there are ${Object.keys(blocks).join(', ')}`,
      );
    return `${head}\n${block()}\n${tail}`;
  },
);
writeFileSync(page, written);
execFileSync('oxfmt', [fileURLToPath(page)], { stdio: 'inherit', shell: process.platform === 'win32' });

/** Of the scenario, in the order in which they were measured. */
function place({ scenario }: Row): number {
  return mongo.rows.findIndex((row) => row.scenario === scenario);
}

function timesOf(rows: readonly Row[]): string {
  return table(
    ['', 'who', 'ms', 'p99', 'blocked, ms', 'ratio'],
    rows.map(({ scenario, size, who, ms, p99, blockedMs, ratio }) => [
      scenario.startsWith('open') || size === largest ? inWords(scenario) : `${scenario}, ${spaced(size)}`,
      ...[who, spaced(ms), spaced(p99), spaced(blockedMs), ratio === undefined ? '' : spaced(ratio)],
    ]),
  );
}
