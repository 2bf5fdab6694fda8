import { describe as group, expect, it } from 'vitest';
import { describe } from '../../../src/domain/describe.js';

group('describe', () => {
  it.for([
    [null, 'null'],
    [undefined, 'undefined'],
    ['a "b"', 'the string "a \\"b\\""'],
    ['x'.repeat(61), `the string "${'x'.repeat(60)}…"`],
    [7, 'the number 7'],
    [7n, 'the bigint 7'],
    [true, 'the boolean true'],
    [Symbol('x'), 'a symbol'],
    [() => 1, 'a function'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(0), 'an object of class Date'],
  ] as const)('%s is %j', ([value, text]) => expect(describe(value)).toBe(text));
});
