import { describe, expect, it } from 'vitest';
import { newChain } from '../../support/fallback/chain.js';

describe('A receipt', () => {
  it('reaches the first store through the pending writes, and stays that of the first mark', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    chain.first.fault = 'reject';
    await store.markSent('1', ['A', 'B'], { receipt: 'channel/1' });
    await store.markSent('1', ['A', 'C'], { receipt: 'channel/2' });
    const next = chain.start();
    await next.markSent('1', ['B'], { receipt: 'channel/3' });
    chain.first.heal();
    await next.ping();
    const sent = await chain.stranger().getSent('1', ['A', 'B', 'C']);
    expect([...sent.values()].map(({ receipt }) => receipt)).toEqual(['channel/1', 'channel/1', 'channel/2']);
  });

  it('reaches the first store with a mark that only a mirror has, and that somebody confirms', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.markSent('1', ['A'], { receipt: 'channel/1' });
    const { claim } = await store.claim('1', ['B']);
    chain.first.records.get('1')?.delete('A');
    chain.first.fault = 'reject';
    expect(await store.confirm({ ...claim!, codes: ['A'] })).toMatchObject({ alreadySent: ['A'] });
    chain.first.heal();
    await store.ping();
    expect((await chain.stranger().getSent('1', ['A'])).get('A')?.receipt).toBe('channel/1');
  });

  it('is in a mirror that copies a guild', async () => {
    const chain = newChain();
    await chain.stranger().markSent('1', ['A'], { receipt: 'channel/1' });
    const store = chain.start({ whenDegraded: 'continue' });
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    expect((await store.getSent('1', ['A'])).get('A')?.receipt).toBe('channel/1');
  });

  it('is kept where a mirror had only remembered the mark before a crash', async () => {
    const chain = newChain();
    const store = chain.start();
    await store.filterUnsent('1', ['X']);
    chain.first.fault = 'reject';
    chain.mirrors[0]!.before = (step) => {
      if (step === 'markRecords') throw new Error('the process is dead');
    };
    await store.markSent('1', ['B'], { receipt: 'channel/1' }).catch(() => undefined);
    chain.mirrors[0]!.before = () => undefined;
    const next = chain.start();
    expect(await next.markSent('1', ['B'], { receipt: 'channel/2' })).toMatchObject({ alreadySent: ['B'] });
    chain.first.heal();
    await next.ping();
    expect((await chain.stranger().getSent('1', ['B'])).get('B')?.receipt).toBe('channel/1');
  });
});
