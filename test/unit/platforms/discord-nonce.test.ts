import { describe, expect, it } from 'vitest';
import { discordNonce } from '../../../src/platforms/discord/discord-nonce.js';
import { randomId } from '../../../src/domain/random.js';

describe('discordNonce', () => {
  it('a message id of a store is its own nonce', () => {
    const id = randomId();
    expect(discordNonce(id)).toBe(id);
  });

  it.each(['', 'x'.repeat(26), 'x'.repeat(10_000), 'with space', 'ümlaut', '😀'])(
    'any other id (%j) becomes a nonce of at most 25 plain characters, always the same',
    (id) => {
      expect(discordNonce(id)).toMatch(/^[\w-]{25}$/);
      expect(discordNonce(id)).toBe(discordNonce(id));
    },
  );

  it('different ids become different nonces', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `a message of another store, number ${index}`);
    expect(new Set(ids.map(discordNonce)).size).toBe(ids.length);
  });
});
