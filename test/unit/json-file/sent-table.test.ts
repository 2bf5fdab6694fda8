import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealOf } from '../../../src/stores/json-file/format/sealed-line.js';
import { encodeSent, SentTable } from '../../../src/stores/json-file/records/sent-table.js';

const code = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('__proto__', '"', '\\', '\\"', '],[', '["A"', 'A', 'AA', '\u0000', '\u2028', '😀'),
);
const source = fc.option(fc.oneof(fc.constant('auto'), fc.constantFrom('a"b', '],', 'x\\')));
const sentAt = fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })));

describe('a table of sent codes', () => {
  it('finds every code that it has and no other, and lists them all, whatever they are made of', () => {
    const record = fc.record({ source, sentAt });
    fc.assert(
      fc.property(fc.dictionary(code, record, { maxKeys: 60, noNullPrototype: true }), fc.array(code), (records, others) => {
        const entries = Object.entries(records).filter(([key]) => key !== '__proto__');
        const table = tableOf(new Map(entries));
        for (const [key, value] of entries) expect(table.find(key)).toEqual({ state: 'sent', ...normal(value) });
        for (const other of others) if (!Object.hasOwn(records, other)) expect(table.find(other)).toBeUndefined();
        expect([...table.entries()]).toEqual(entries.map(([key, value]) => [key, { state: 'sent', ...normal(value) }]));
        const without = new Set(entries.slice(0, entries.length >> 1).map(([key]) => key));
        const runs = [...table.runsWithout([...without].map((key) => table.placeOf(key)).reverse())].filter(
          (run) => run !== undefined,
        );
        expect(runs.length).toBeLessThanOrEqual(1);
        const left = JSON.parse(`[${runs.map((bytes) => Buffer.from(bytes).toString()).join(',')}]`) as [string][];
        expect(left.map(([key]) => key)).toEqual(entries.slice(entries.length >> 1).map(([key]) => key));
      }),
      { numRuns: 250 },
    );
  });

  it('finds codes in a guild of many thousand', () => {
    const records = new Map(Array.from({ length: 50_000 }, (_, index) => [`CODE${index}`, { source: 'auto', sentAt: index }]));
    const table = tableOf(records);
    for (const index of [0, 1, 777, 49_999])
      expect(table.find(`CODE${index}`)).toEqual({ state: 'sent', source: 'auto', sentAt: index });
    for (let index = 50_000; index < 60_000; index += 1) expect(table.find(`CODE${index}`)).toBeUndefined();
  });

  it.each([40, 90, 5000])('finds what was there and what was added when it has grown to %i records', (size) => {
    const all = Array.from({ length: size }, (_, index) => [`CODE${index}`, { source: 'auto', sentAt: index }] as const);
    const before = tableOf(new Map(all.slice(0, 30)));
    before.find('X');
    const opening = `"guild":"1","count":${size},"sent":[`;
    const texts = all.map(([key, value]) => encodeSent(key, { state: 'sent', ...value }));
    const content = Buffer.from(`${opening}${texts.join(',')}]}`);
    const bytes = Buffer.concat([sealOf([content]), content]);
    const grown = before.grownTo({ bytes, start: 0, end: bytes.length }, 35 + opening.length, size);
    for (const [key, value] of all) expect(grown.find(key)).toEqual({ state: 'sent', ...value });
    for (let index = size; index < size + 1000; index += 1) expect(grown.find(`CODE${index}`)).toBeUndefined();
    expect(before.find('CODE29')).toEqual({ state: 'sent', source: 'auto', sentAt: 29 });
    expect(before.find('CODE30')).toBeUndefined();
  });

  it('refuses a line with more records than it names, instead of searching for ever', () => {
    const records = new Map(Array.from({ length: 40 }, (_, index) => [`CODE${index}`, { source: null, sentAt: null }]));
    expect(() => tableOf(records, 20).find('X')).toThrow(/more records/);
  });
});

/** -0 is 0 in JSON. */
function normal<T extends { sentAt: number | null }>(value: T): T {
  return value.sentAt === 0 ? { ...value, sentAt: 0 } : value;
}

function tableOf(
  records: ReadonlyMap<string, { source: string | null; sentAt: number | null }>,
  count = records.size,
): SentTable {
  const opening = `"guild":"1","count":${count},"sent":[`;
  const texts = [...records].map(([key, value]) => encodeSent(key, { state: 'sent', ...value }));
  const content = Buffer.from(`${opening}${texts.join(',')}]}`);
  const bytes = Buffer.concat([Buffer.from('before\n'), sealOf([content]), content, Buffer.from('\nafter')]);
  const start = 7;
  return new SentTable({ bytes, start, end: bytes.length - 6 }, start + 35 + opening.length, count);
}
