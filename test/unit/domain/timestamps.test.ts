import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromTimestamp, toTimestamp } from '../../../src/domain/timestamps.js';

describe('timestamps of the collection', () => {
  it.each([
    ['2025-11-07T06:00:40.595606', Date.UTC(2025, 10, 7, 6, 0, 40, 595)],
    ['2025-11-07T06:00:40', Date.UTC(2025, 10, 7, 6, 0, 40)],
    ['2025-11-07 06:00:40.5', Date.UTC(2025, 10, 7, 6, 0, 40, 500)],
    ['2025-11-07T06:00:40.595606+00:00', Date.UTC(2025, 10, 7, 6, 0, 40, 595)],
    ['2025-11-07T06:00:40.595Z', Date.UTC(2025, 10, 7, 6, 0, 40, 595)],
    ['2025-11-07T06:00:40+02:00', Date.UTC(2025, 10, 7, 4, 0, 40)],
    ['2025-11-07T06:00:40-0530', Date.UTC(2025, 10, 7, 11, 30, 40)],
    ['2025-11-07T06:00', Date.UTC(2025, 10, 7, 6)],
    ['2025-11-07', Date.UTC(2025, 10, 7)],
    [' 2025-11-07T06:00 ', Date.UTC(2025, 10, 7, 6)],
    ['2025-11-07T06:00:40+02', Date.UTC(2025, 10, 7, 4, 0, 40)],
    ['2025-11-07T06:00:40.5z', Date.UTC(2025, 10, 7, 6, 0, 40, 500)],
  ])('reads %s, without zone as UTC whatever the zone of the machine', (text, expected) => {
    expect(fromTimestamp(text)).toBe(expected);
  });

  it('reads a time without zone as UTC where the machine has another zone', () => {
    const { TZ } = process.env;
    try {
      process.env['TZ'] = 'Asia/Tokyo';
      expect(fromTimestamp('2025-11-07T06:00')).toBe(Date.UTC(2025, 10, 7, 6));
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it.each([null, undefined, '', 'yesterday', '2025-13-45', 1762495240, true, {}, new Date(Number.NaN)])(
    'reads no time from %s',
    (value) => {
      expect(fromTimestamp(value)).toBeNull();
    },
  );

  it("writes ISO times as Python's isoformat does: six digits, no zone", () => {
    expect(toTimestamp(Date.UTC(2025, 10, 7, 6, 0, 40, 595), 'iso')).toBe('2025-11-07T06:00:40.595000');
  });

  it('writes a date where dates are kept, so that a server can compare them', () => {
    expect(toTimestamp(5, 'date')).toEqual(new Date(5));
  });

  it('reads back what it wrote, in both forms', () => {
    const times = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(times, fc.constantFrom('date' as const, 'iso' as const), (time, format) => {
        expect(fromTimestamp(toTimestamp(time, format))).toBe(time);
      }),
    );
  });
});
