import { BEFORE, OURS } from '../tools/packages.js';
import type { Results } from '../tools/results.js';
import type { Row } from '../tools/rows.js';
import { inWords, spaced, table } from './markdown.js';

/** Another build of the package beside this one, in the same turns: `npm run bench -- --beside FOLDER`. */
export function beforeAndNow(results: { readonly [Name in keyof Results]: Results[Name] }): string {
  const { 'json-file': local, open, mongo, delivery, import: imported } = results;
  const rows = [
    ...pairs('MongoDB', mongo.rows, (row) => spaced(row.size)),
    ...pairs('JSON file', local.rows, (row) => spaced(row.size)),
    ...pairs('JSON file', open.rows, (row) => spaced(row.size)),
    ...delivery.rows.flatMap((now) => {
      const before = delivery.rows.find(({ what, store, build }) => build === BEFORE && what === now.what && store === now.store);
      if (now.build !== OURS || before === undefined) return [];
      return [
        [
          `${inWords(now.what)}, ${now.store}: seconds`,
          '',
          ...times(before.seconds, now.seconds),
          ...steps(before.steps, now.steps),
        ],
      ];
    }),
    ...imported.rows.flatMap((now) => {
      const before = imported.rows.find(({ build, format }) => build === BEFORE && format === now.format);
      if (now.build !== OURS || before === undefined) return [];
      return [[`import as ${now.format}, without zod, processor time`, '', ...times(before.oursMs, now.oursMs), '', '']];
    }),
  ];
  if (rows.length === 0) return 'The last run had no other build beside this one.';
  return table(['', 'size', 'before, ms', 'now, ms', 'now / before', 'commands or syncs before', 'now'], rows);
}

function pairs(store: string, rows: readonly Row[], size: (row: Row) => string): (readonly (string | number)[])[] {
  return rows.flatMap((now) => {
    const before = rows.find((row) => row.who === BEFORE && row.scenario === now.scenario && row.size === now.size);
    if (now.who !== OURS || before === undefined) return [];
    const what = now.scenario.split(';')[0] ?? '';
    return [[`${store}: ${inWords(what)}`, size(now), ...times(before.ms, now.ms), ...steps(before.commands, now.commands)]];
  });
}

const times = (before: number, now: number): string[] => [spaced(before), spaced(now), (now / before).toFixed(2)];

const steps = (before: number | undefined, now: number | undefined): string[] =>
  before === undefined || now === undefined ? ['', ''] : [spaced(before), spaced(now)];
