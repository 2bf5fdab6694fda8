/** Draws the plots of docs/bench from bench/results. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

interface JsonFileResults {
  readonly marks: readonly { readonly records: number; readonly ratio: number; readonly 'ratio 64': number }[];
  readonly opens: readonly { readonly shape: string; readonly 'B/record opened': number; readonly 'B/record touched': number }[];
}

const results = JSON.parse(readFileSync(new URL('results/json-file.json', import.meta.url), 'utf8')) as JsonFileResults;
const style = { config: { font: 'Helvetica, Arial, sans-serif', background: 'white' }, width: 420, height: 220 } as const;

await draw('json-file-marks', {
  ...style,
  title: 'Cost of durable marks, raw write and sync = 1',
  data: {
    values: results.marks.flatMap((row) => [
      { records: row.records, ratio: row.ratio, what: 'one mark' },
      { records: row.records, ratio: row['ratio 64'], what: '64 marks at once, to one raw sync for all' },
    ]),
  },
  mark: { type: 'line', point: true },
  encoding: {
    x: { field: 'records', type: 'quantitative', scale: { type: 'log' }, title: 'records in the store' },
    y: { field: 'ratio', type: 'quantitative', scale: { domainMin: 0 }, title: 'ratio' },
    color: { field: 'what', type: 'nominal', title: null, legend: { orient: 'bottom', labelLimit: 400 } },
  },
});

await draw('json-file-memory', {
  ...style,
  title: 'Memory of a record, 10⁶ records',
  data: {
    values: results.opens.flatMap((row) => [
      { shape: row.shape, bytes: row['B/record opened'], what: 'after opening' },
      { shape: row.shape, bytes: row['B/record touched'], what: 'after every guild was used' },
    ]),
  },
  mark: 'bar',
  encoding: {
    y: { field: 'shape', type: 'nominal', sort: null, title: null },
    yOffset: { field: 'what' },
    x: { field: 'bytes', type: 'quantitative', title: 'bytes' },
    color: { field: 'what', type: 'nominal', title: null, legend: { orient: 'bottom', labelLimit: 400 } },
  },
});

async function draw(name: string, spec: TopLevelSpec): Promise<void> {
  const folder = new URL('../docs/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  writeFileSync(new URL(`${name}.svg`, folder), await view.toSVG());
}
