import { describe, expect, it } from 'vitest';
import { SEAL_LENGTH, sealOf } from '../../../src/stores/json-file/format/sealed-line.js';
import { isStoredRecord, RecordCodec } from '../../../src/stores/json-file/records/record-codec.js';
import { SentTable } from '../../../src/stores/json-file/records/sent-table.js';
import { salvageLine } from '../../../src/stores/json-file/snapshot/salvage.js';
import { TestClock } from '../../support/json-file/stores.js';

const SENT = ['A', 'auto', 1] as const;
const RECEIPT = 'channel "1"],[\\ 2,';
const HOLD = { token: 't', message: 'm', spelling: 'a', position: 0, size: 1, attempt: 1, tried: 5 };

describe('a record of a file', () => {
  it('may have a receipt with a mark, and a target and the end of the last try with a hold', () => {
    const codec = new RecordCodec(new TestClock());
    expect(isStoredRecord([...SENT, RECEIPT])).toBe(true);
    expect(codec.decode([...SENT, RECEIPT])).toEqual({ ...codec.decode(SENT), receipt: RECEIPT });
    const hold = { ...HOLD, ended: 7, target: '99' };
    expect(isStoredRecord(['A', hold])).toBe(true);
    expect(codec.decode(['A', hold])).toMatchObject({ target: '99' });
    expect(codec.encode('A', codec.decode(['A', hold]))).toEqual(['A', hold]);
    expect(codec.encode('A', codec.decode([...SENT, RECEIPT]))).toEqual([...SENT, RECEIPT]);
  });

  it('has nothing else', () => {
    for (const stored of [
      [...SENT, 7],
      [...SENT, RECEIPT, RECEIPT],
      ['A', { ...HOLD, ended: '7' }],
      ['A', { ...HOLD, target: 99 }],
      ['A', { ...HOLD, other: 1 }],
    ]) {
      expect(isStoredRecord(stored)).toBe(false);
    }
  });

  it('is found in a snapshot with its receipt, and its neighbours too', () => {
    const opening = '"guild":"1","count":3,"sent":[';
    const records = [SENT, ['B', null, 2, RECEIPT], ['C', 'api', null, '']];
    const content = Buffer.from(`${opening}${records.map((record) => JSON.stringify(record)).join(',')}]}`);
    const bytes = Buffer.concat([sealOf([content]), content]);
    const table = new SentTable({ bytes, start: 0, end: bytes.length }, SEAL_LENGTH + opening.length, 3);
    expect([...table.entries()]).toEqual([
      ['A', { state: 'sent', source: 'auto', sentAt: 1 }],
      ['B', { state: 'sent', source: null, sentAt: 2, receipt: RECEIPT }],
      ['C', { state: 'sent', source: 'api', sentAt: null, receipt: '' }],
    ]);
    expect(salvageLine(`x${bytes.toString()}`).records).toEqual(records);
  });
});
