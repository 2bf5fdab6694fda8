import { MAP } from './peers/map.js';
import { inWords } from './tables/markdown.js';
import { BEFORE, OURS } from './tools/packages.js';
import type { Delivered, Results } from './tools/results.js';
import type { Row } from './tools/rows.js';

/** What issue 11 asked for, and what the last run says. */
export interface Goal {
  readonly what: string;
  readonly limit: number;
  readonly unit: string;
  /** The worst of those that the goal is about. `undefined` if the run has not measured it. */
  readonly measured: number | undefined;
  /** The same of the fastest tenth of the rounds, for ratios. */
  readonly undisturbed?: number | undefined;
}

type All = { readonly [Name in keyof Results]: Results[Name] };

export function goalsOf(results: All): Goal[] {
  const { 'json-file': local, open, compaction, mongo, fallback, delivery, import: imported } = results;
  const ratio = (what: string, limit: number, rows: readonly Row[]): Goal => ({
    ...{ what, limit, unit: 'x' },
    measured: worst(rows.map((row) => row.ratio)),
    undisturbed: worst(rows.map(({ ratioP10 }) => ratioP10)),
  });
  const ours = (rows: readonly Row[], scenario: string): Row[] =>
    rows.filter((row) => row.who === OURS && row.scenario === scenario);
  const chain = (scenario: string, size: number): Row[] =>
    fallback.rows.filter((row) => row.who === 'FallbackStore' && row.scenario === scenario && row.size === size);
  const opened = open.rows.filter(({ who, scenario }) => who === OURS && !scenario.includes('look up'));
  const bytes = open.bytesPerRecord
    .filter(({ who }) => who === OURS)
    .map(({ opened: first, touched }) => Math.max(first, touched));
  const compacted = compaction.rows.find(({ who }) => who === OURS);
  const delivered = (store: string, part: string): Delivered | undefined =>
    delivery.rows.find((row) => row.build === OURS && row.store === store && row.what.endsWith(part));
  const [codesToJson, codesToMongo] = [delivered('JSON', 'to one guild'), delivered('MongoDB', 'to one guild')];
  const announced = ours(mongo.rows, 'announce 10 new codes to each guild, 50 at a time')[0];
  const importMs = (format: string): number | undefined =>
    imported.rows.find((row) => row.build !== BEFORE && row.format === format)?.oursMs;
  const count = (what: string, limit: number, unit: string, measured: number | undefined): Goal => ({
    what,
    limit,
    unit,
    measured,
  });
  const marked = ours(mongo.rows, 'mark 10 new codes of each guild')[0];
  const asked = ours(mongo.rows, 'look up 10 known codes of each guild')[0];
  return [
    ratio(
      'MongoDB: marks of 10, 100 and 1 000 new codes, to a bare `find` and `insertMany`',
      1.5,
      ours(mongo.rows, 'mark new codes'),
    ),
    count('MongoDB: 10 new marks for each of 1 000 guilds', 20, 'commands', forGuilds(marked, 1000)),
    count(
      'MongoDB: claim and confirm a message of `announce`, with its share of the look-up',
      3.1,
      'commands',
      forGuilds(announced, 1),
    ),
    count('MongoDB: nothing new for 1 000 guilds of 10', 10, 'commands', forGuilds(asked, 1000)),
    ratio('JSON file: one mark, to `write` and `fdatasync`', 1.2, ours(local.rows, 'one mark')),
    ratio('JSON file: a batch of 100 new', 1.3, ours(local.rows, 'batch of 100 new')),
    ratio('JSON file: 64 marks at once', 2, ours(local.rows, '64 at once')),
    ratio(`JSON file: a look-up of 100 known, to a ${MAP}`, 1.2, ours(local.rows, 'look-up of 100 known')),
    ...opened.map((row) => ratio(`JSON file: ${inWords(row.scenario)}, to reading and checksumming the bytes`, 2, [row])),
    count('JSON file: memory of a record, one guild', 60, 'bytes', bytes[0]),
    count('JSON file: memory of a record, a thousand a guild', 60, 'bytes', bytes[1]),
    count('JSON file: memory of a record, ten a guild', 100, 'bytes', bytes[2]),
    count(
      'JSON file: event loop blocked by a lone mark',
      0.05,
      'ms',
      worst(ours(local.rows, 'one mark').map(({ blockedMs }) => blockedMs)),
    ),
    count('JSON file: event loop blocked by opening', 25, 'ms', worst(open.longestBlock.map(({ longestMs }) => longestMs))),
    count('JSON file: event loop blocked while a compaction runs', 25, 'ms', compacted?.longestBlockMs),
    count('JSON file: p99 of marks during a compaction, to raw appends beside a raw snapshot', 2, 'x', compacted?.ratio),
    count('Delivery of many codes to one guild: heap over the offer, JSON file', 100, 'MB', codesToJson?.heapMB),
    count('Delivery of many codes to one guild: heap over the offer, MongoDB', 100, 'MB', codesToMongo?.heapMB),
    count('Delivery of many codes to one guild: commands of MongoDB for each message', 3, 'commands', perMessage(codesToMongo)),
    count('Delivery of many codes to one guild: syncs of the JSON file for each message', 2, 'syncs', perMessage(codesToJson)),
    ratio('Fallback: healthy look-ups, to MongoDB alone', 1.15, chain('all is well: look up known codes', 100)),
    ratio('Fallback: healthy marks, to MongoDB alone', 1.3, chain('all is well: mark new codes', 10)),
    ratio('Fallback: a mark in an outage, to the JSON file alone', 1.3, chain('outage: mark new codes', 1)),
    count('Import of the root as ES modules, without zod, processor time', 10, 'ms', importMs('ES modules')),
    count('Import of the root as CommonJS, without zod, processor time', 10, 'ms', importMs('CommonJS')),
  ];
}

function worst(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Commands grow with the guilds. */
function forGuilds(row: Row | undefined, guilds: number): number | undefined {
  return row?.commands === undefined ? undefined : Math.round((row.commands / row.size) * guilds * 1000) / 1000;
}

function perMessage(row: Delivered | undefined): number | undefined {
  return row === undefined ? undefined : Math.round((row.steps / row.messages) * 100) / 100;
}
