import { exactIdentity, MemoryStore, urlIdentity } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { Lines } from '../../support/json-file/stores.js';

const link = 'https://youtu.be/dQw4w9WgXcQ';

describe('a link under the identity of gift codes', () => {
  it('is warned of once for each store, with what it means and what to do', async () => {
    const logger = new Lines();
    const store = new MemoryStore({ logger });
    await store.filterUnsent('1', ['WOS0408', 'A:B']);
    expect(logger.all).toEqual([]);
    await store.filterUnsent('1', ['WOS0408', link]);
    await store.markSent('2', [link, `${link}x`]);
    expect(logger.all).toEqual([
      `warn MemoryStore: a code is a link, the string "${link}", and the identity "gift-code" does not tell upper from lower case. ` +
        'Of two links that differ only in case, one is sent. Make a new store with the option identity: urlIdentity(), and move ' +
        'to it: see docs/identities.md.',
    ]);
    await new MemoryStore({ logger }).isSent('1', link);
    expect(logger.all).toHaveLength(2);
  });

  it('is noticed in a batch too', async () => {
    const logger = new Lines();
    const guildCodes = [
      { guildId: '1', codes: ['A'] },
      { guildId: '2', codes: [link] },
    ];
    await new MemoryStore({ logger }).filterUnsentMany(guildCodes);
    await new MemoryStore({ logger }).markSentMany(guildCodes);
    await new MemoryStore({ logger }).statesMany(guildCodes);
    expect(logger.all).toHaveLength(3);
  });

  it.for([exactIdentity, urlIdentity()])('is no concern of the identity $name', async (identity) => {
    const logger = new Lines();
    await new MemoryStore({ logger, identity }).markSent('1', [link]);
    expect(logger.all).toEqual([]);
  });
});
