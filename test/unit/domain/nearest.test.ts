import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/domain/nearest.js';

describe('the known name that was probably meant', () => {
  it.each([
    ['lokTimeoutMs', ['path', 'lockTimeoutMs'], 'lockTimeoutMs'],
    ['LOCKTIMEOUTMS', ['path', 'lockTimeoutMs'], 'lockTimeoutMs'],
    // A third of the longer name may differ, and not more.
    ['abcdef', ['abcxyf'], 'abcxyf'],
    ['abcdef', ['abxyzf'], undefined],
    ['abcd', ['abcdef'], 'abcdef'],
    ['abcxd', ['abcd'], 'abcd'],
    // The nearest of several, wherever it is.
    ['pats', ['part', 'path'], 'path'],
    ['paths', ['parts', 'pathos', 'path'], 'pathos'],
    ['logge', ['lodge', 'logger'], 'lodge'],
    ['loggr', ['lodger', 'logger'], 'logger'],
    // A part of a longer name, unless it is too short to say anything.
    ['Timeout', ['path', 'operationTimeoutMs'], 'operationTimeoutMs'],
    ['Out', ['operationTimeoutMs'], undefined],
    ['', ['path'], undefined],
    ['nothing', [], undefined],
  ])('of %s among %j is %s', (name, known, expected) => expect(nearest(name, known)).toBe(expected));
});
