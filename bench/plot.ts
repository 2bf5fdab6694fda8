/** Draws the plots of docs/bench from the last results. */
import { MAP } from './peers/map.js';
import { RAW } from './peers/raw.js';
import { colours, draw, logarithmic } from './tools/draw.js';
import { BEFORE, OURS } from './tools/packages.js';
import { resultOf } from './tools/results.js';
import type { Row } from './tools/rows.js';

const isNow = ({ who }: Row): boolean => who !== BEFORE;
const local = resultOf('json-file').rows.filter(isNow);
const mongo = resultOf('mongo').rows.filter(isNow);
const { bytesPerRecord } = resultOf('open');

const LOCAL = colours([OURS, RAW, 'better-sqlite3', 'lmdb', 'classic-level', 'lowdb (no sync)', MAP]);
const REMOTE = colours([OURS, 'bare driver', 'keyv + @keyv/mongo', 'one command a code']);

interface LinePlot {
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly rows: readonly Row[];
  readonly scale: { domain: string[]; range: string[] };
}

async function drawLines({ name, title, x, rows, scale }: LinePlot): Promise<void> {
  const known = scale.domain.filter((who) => rows.some((row) => row.who === who));
  const range = known.map((who) => scale.range[scale.domain.indexOf(who)]!);
  await draw(name, title, {
    title,
    width: 380,
    height: 230,
    data: { values: rows.map(({ size, who, ms }) => ({ size, who, ms })) },
    layer: [
      { mark: { type: 'line', strokeWidth: 1.5, point: { size: 30 } } },
      // Ours again, on top and wider.
      { transform: [{ filter: { field: 'who', equal: OURS } }], mark: { type: 'line', strokeWidth: 3.5, point: { size: 60 } } },
    ],
    encoding: {
      x: { field: 'size', type: 'quantitative', title: x, ...logarithmic(rows.map(({ size }) => size)) },
      y: { field: 'ms', type: 'quantitative', title: 'milliseconds, median', ...logarithmic(rows.map(({ ms }) => ms)) },
      color: { field: 'who', type: 'nominal', scale: { domain: known, range } },
    },
  });
}

const scenario = (rows: readonly Row[], name: string): Row[] => rows.filter((row) => row.scenario === name);

const lines: readonly (readonly [name: string, scenario: string, title: string])[] = [
  ['one-mark', 'one mark', 'One durable mark'],
  ['batch', 'batch of 100 new', 'A durable batch of 100 new codes'],
  ['at-once', '64 at once', '64 durable marks at once'],
  ['look-up', 'look-up of 100 known', 'A look-up of 100 known codes'],
];
for (const [name, what, title] of lines)
  await drawLines({ name, title, x: 'records in the store', rows: scenario(local, what), scale: LOCAL });
await drawLines({
  ...{ name: 'mongo-marks', title: 'Marking new codes in MongoDB', x: 'codes in the call' },
  ...{ rows: scenario(mongo, 'mark new codes'), scale: REMOTE },
});

const largest = Math.max(...local.map(({ size }) => size));
const bars = lines.flatMap(([, what, title]) =>
  scenario(local, what)
    .filter(({ size, ratio, who }) => size === largest && ratio !== undefined && who !== RAW && who !== MAP)
    .map(({ who, ratio = 1 }) => ({ title, who, ratio, label: `${ratio >= 10 ? Math.round(ratio) : ratio}x` })),
);
await draw('ratios', 'Cost as a multiple of the least that it can be', {
  title: `Times the limit, ${largest.toLocaleString('en').replaceAll(',', ' ')} records`,
  data: { values: bars },
  facet: {
    row: {
      ...{ field: 'title', title: null, sort: lines.map(([, , title]) => title) },
      header: { labelOrient: 'top', labelAnchor: 'start' },
    },
  },
  spacing: 14,
  spec: {
    width: 220,
    height: { step: 17 },
    layer: [
      { mark: { type: 'bar' }, encoding: { x2: { datum: 1 } } },
      { mark: { type: 'text', align: 'left', dx: 4 }, encoding: { text: { field: 'label' }, color: { value: '#24292f' } } },
    ],
    encoding: {
      // Room for the label of the longest bar.
      x: {
        field: 'ratio',
        type: 'quantitative',
        title: 'times the limit',
        ...logarithmic(bars.flatMap(({ ratio }) => [ratio, ratio * 3])),
      },
      y: { field: 'who', type: 'nominal', title: null, sort: LOCAL.domain },
      color: { field: 'who', type: 'nominal', scale: LOCAL, legend: null },
    },
  },
});

const SHARES = { domain: ['until the answer', 'event loop blocked'], range: ['#2f81f7', '#e5534b'] };
const blocked = scenario(local, '64 at once')
  .filter(({ size }) => size === largest)
  .flatMap(({ who, ms, blockedMs }) => [
    { who, ms, what: SHARES.domain[0]! },
    { who, ms: blockedMs, what: SHARES.domain[1]! },
  ]);
await draw('blocked', '64 durable marks at once: time until the answer, and time in which nothing else could run', {
  title: '64 marks at once, the event loop',
  width: 240,
  height: { step: 13 },
  data: { values: blocked.map((bar) => ({ ...bar, from: Math.min(...blocked.map(({ ms }) => ms)) / 2 })) },
  mark: 'bar',
  encoding: {
    x: {
      field: 'ms',
      type: 'quantitative',
      title: 'milliseconds, median',
      ...logarithmic(blocked.flatMap(({ ms }) => [ms / 2, ms])),
    },
    x2: { field: 'from' },
    y: { field: 'who', type: 'nominal', title: null, sort: LOCAL.domain },
    yOffset: { field: 'what', sort: SHARES.domain },
    color: { field: 'what', type: 'nominal', scale: SHARES, legend: { columns: 1 } },
  },
});

const MOMENTS = { domain: ['opened', 'and each guild asked for'], range: ['#2f81f7', '#d9822b'] };
const memory = bytesPerRecord
  .filter(({ who }) => who === OURS)
  .flatMap(({ guilds, opened, touched }) => [
    { guilds: guilds === 1 ? '1 guild' : `${guilds} guilds`, bytes: opened, what: MOMENTS.domain[0]! },
    { guilds: guilds === 1 ? '1 guild' : `${guilds} guilds`, bytes: touched, what: MOMENTS.domain[1]! },
  ]);
await draw('json-file-memory', 'Memory of a record in bytes', {
  title: 'Memory of a record',
  width: 320,
  height: { step: 18 },
  data: { values: memory },
  mark: 'bar',
  encoding: {
    x: { field: 'bytes', type: 'quantitative', title: 'bytes' },
    y: { field: 'guilds', type: 'nominal', title: null, sort: null },
    yOffset: { field: 'what', sort: MOMENTS.domain },
    color: { field: 'what', type: 'nominal', scale: MOMENTS },
  },
});
