import { MemoryStore } from 'sent-code-store';
import type { ScanScope, StorePrimitives } from 'sent-code-store/store';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPrimitives } from '../../support/stores/open-primitives.js';

let store: StorePrimitives;

beforeEach(async () => {
  const memory = new MemoryStore();
  await memory.markSent('1', ['A']);
  await memory.claim('1', ['B']);
  await memory.release((await memory.claim('2', ['C'])).claim!, 'uncertain');
  await memory.markSent('2', ['D']);
  store = openPrimitives(memory);
});

async function scan(scope: ScanScope): Promise<string[]> {
  const found: string[] = [];
  for await (const { guildId, code, record } of store.scanRecords(scope)) found.push(`${guildId}:${code} ${record.state}`);
  return found.sort();
}

describe('a scan of a store in this process', () => {
  it('covers everything, one guild, or only what is held', async () => {
    expect(await scan({})).toEqual(['1:A sent', '1:B claimed', '2:C uncertain', '2:D sent']);
    expect(await scan({ guildId: '2' })).toEqual(['2:C uncertain', '2:D sent']);
    expect(await scan({ held: true })).toEqual(['1:B claimed', '2:C uncertain']);
    expect(await scan({ guildId: '1', held: true })).toEqual(['1:B claimed']);
    expect(await scan({ guildId: '3' })).toEqual([]);
  });
});

describe('the primitives of a store', () => {
  it('copy a hold with its age, also one that is uncertain at once', async () => {
    const hold = { code: 'E', token: 't', messageId: 'm', spelling: 'e', position: 0, size: 1, attempt: 2 };
    const [record] = await store.claimRecords({ guildId: '1', leaseMs: 0, ageMs: 5000, holds: [hold] });
    const { code: _, ...rest } = hold;
    expect(record).toMatchObject({ ...rest, state: 'uncertain' });
    expect((record as { ageMs: number }).ageMs).toBeGreaterThanOrEqual(5000);
  });

  it('keep a mark without a source and without a time', async () => {
    expect(await store.markRecords([{ guildId: '1', code: 'F', source: null, sentAt: null }])).toEqual([true]);
    expect(await store.readRecords([{ guildId: '1', code: 'F' }])).toEqual([{ state: 'sent', source: null, sentAt: null }]);
  });

  it('reject after the store was closed', async () => {
    const memory = new MemoryStore();
    const own = openPrimitives(memory);
    await memory.close();
    for (const call of [
      () => own.readRecords([]),
      () => own.readKnown([]),
      () => own.removeGuild('1'),
      () => own.pingStore(),
      () => own.metadata.get(['x']),
      () => own.scanGuilds()[Symbol.asyncIterator]().next(),
      () => own.metadata.list('')[Symbol.asyncIterator]().next(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    }
  });
});

describe('the metadata of a MemoryStore', () => {
  it('keeps the first value that is inserted, and any that is set', async () => {
    expect(await store.metadata.insert('a', '1')).toBe('1');
    expect(await store.metadata.insert('a', '2')).toBe('1');
    await store.metadata.set(
      new Map([
        ['a', '3'],
        ['ab', '4'],
        ['b', '5'],
      ]),
    );
    expect(await store.metadata.get(['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', '3'],
        ['b', '5'],
      ]),
    );
    const listed: string[] = [];
    for await (const [key] of store.metadata.list('a')) listed.push(key);
    expect(listed.sort()).toEqual(['a', 'ab']);
    await store.metadata.delete(['a', 'c']);
    expect(await store.metadata.get(['a', 'ab'])).toEqual(new Map([['ab', '4']]));
  });
});
