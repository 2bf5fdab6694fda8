import { describe, expect, it } from 'vitest';
import { withErrorJson } from '../../../src/domain/error-json.js';

const text = (entry: object): unknown => JSON.parse(JSON.stringify(withErrorJson(entry)));

describe('an entry of a report as JSON', () => {
  it('has its error, and each error that followed', () => {
    const entry = { code: 'A', error: new Error('first'), followUpErrors: [new Error('second'), new Error('third')] };
    expect(text(entry)).toMatchObject({
      code: 'A',
      error: { message: 'first' },
      followUpErrors: [{ message: 'second' }, { message: 'third' }],
    });
    expect(text({ followUpErrors: [new Error('alone')] })).toMatchObject({ followUpErrors: [{ message: 'alone' }] });
  });

  it('has no error where there is none, and gets no method then', () => {
    const entry = { code: 'A' };
    expect(withErrorJson(entry)).toBe(entry);
    expect(Object.getOwnPropertyNames(entry)).toEqual(['code']);
    expect(text({ code: 'A', error: undefined })).toEqual({ code: 'A' });
  });
});
