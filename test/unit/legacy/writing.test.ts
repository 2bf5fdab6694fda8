import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { collect } from '../../support/legacy/collect.js';
import { MemoryPair } from '../../support/legacy/memory-pair.js';

describe('a mark in the old state', () => {
  it('is upper case in a sorted list, and leaves everything else as it is', async () => {
    const channels = { '1': 5 };
    const other = ['2:X'];
    const pair = new MemoryPair({
      channels,
      sent: { '1': ['ZULU', 'gogoWOS'], '2': other },
      initialized: true,
      custom: { deep: [1] },
    });
    await new LegacyAdapterStore(pair).markSent('1', ['alpha', 'Mike', 'GOGOwos']);
    expect(pair.state).toEqual({
      channels,
      sent: { '1': ['ALPHA', 'MIKE', 'ZULU', 'gogoWOS'], '2': other },
      initialized: true,
      custom: { deep: [1] },
    });
  });

  it('is not written for a code that is there in another spelling, as a composite or under global', async () => {
    const pair = new MemoryPair({ sent: { '1': ['one'], '2': ['1:Two'], global: ['Three'] } });
    expect(await new LegacyAdapterStore(pair).markSent('1', ['ONE', 'TWO', 'THREE'])).toEqual({
      marked: [],
      alreadySent: ['ONE', 'TWO', 'THREE'],
    });
    expect(pair.written).toEqual([]);
  });

  it('never changes the object that getState gave', async () => {
    const state = JSON.parse('{ "sent": { "1": ["A"], "__proto__": ["B"] } }') as object;
    const copy = structuredClone(state);
    const pair = new MemoryPair(state);
    const store = new LegacyAdapterStore(pair);
    await store.markSent('__proto__', ['C']);
    await store.forget('1', ['A']);
    expect(JSON.stringify(state)).toBe(JSON.stringify(copy));
    expect(JSON.stringify(pair.state)).toBe('{"sent":{"1":[],"__proto__":["B","C"]}}');
  });

  it('is read back as the same code of the same guild, for any guild and code', async () => {
    const guildId = fc.oneof(
      fc.constantFrom('1', '12', 'alerts', '__proto__', 'GLOBAL', 'a.b', '$x'),
      fc.stringMatching(/^[^:\ud800-\udfff]{1,5}$/),
    );
    const code = fc.oneof(
      fc.constantFrom('1:A', '12:12:A', 'ALERTS:X', 'alerts:x', 'GLOBAL:X', 'global:GLOBAL:X', ':', '::', '1:', ' 1:A'),
      fc.stringMatching(/^[\w: ]{1,8}$/),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(guildId, code), { maxLength: 8 }), async (marks) => {
        const store = new LegacyAdapterStore(new MemoryPair());
        const usable = marks.filter(([guild, text]) => guild !== 'global' && store.identity.normalize(text) !== '');
        const expected = new Set<string>();
        for (const [guild, text] of usable) {
          await store.markSent(guild, [text]);
          expected.add(JSON.stringify([guild, store.identity.normalize(text)]));
        }
        const found = new Set<string>();
        for await (const guild of store.listGuilds()) {
          for await (const sent of store.listSent(guild)) found.add(JSON.stringify([guild, sent.code]));
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused for a guild called global, and so is every question about it', async () => {
    const pair = new MemoryPair();
    const store = new LegacyAdapterStore(pair);
    const refused: unknown = expect.objectContaining({
      code: 'INVALID_GUILD_ID',
      message: expect.stringContaining('every guild') as unknown,
    });
    await expect(store.markSent('global', ['A'])).rejects.toEqual(refused);
    await expect(store.filterUnsent('global', ['A'])).rejects.toEqual(refused);
    await expect(store.forget('global', ['A'])).rejects.toEqual(refused);
    await expect(store.clearGuild('global')).rejects.toEqual(refused);
    await expect(collect(store.listSent('global'))).rejects.toEqual(refused);
    expect(pair.written).toEqual([]);
  });
});

describe('forgetting in the old state', () => {
  it('removes every spelling and every composite string, and nothing else', async () => {
    const pair = new MemoryPair({ sent: { '1': ['abc', 'ABC', 'D'], '2': ['1:Abc', 'ABC'], global: ['1:aBC', 'G'] }, x: 1 });
    const store = new LegacyAdapterStore(pair);
    expect(await store.forget('1', ['Abc', 'NEVER'])).toBe(1);
    expect(pair.state).toEqual({ sent: { '1': ['D'], '2': ['ABC'], global: ['G'] }, x: 1 });
    expect(await store.filterUnsent('1', ['abc'])).toEqual(['abc']);
    expect(await store.forget('1', ['ABC'])).toBe(0);
    expect(pair.written).toHaveLength(1);
  });

  it('is refused for a global code, and then forgets none of the codes', async () => {
    const pair = new MemoryPair({ sent: { '1': ['A', 'G'], global: ['g'] } });
    await expect(new LegacyAdapterStore(pair).forget('1', ['A', 'G'])).rejects.toMatchObject({
      code: 'INVALID_CODES',
      message: expect.stringContaining('G cannot be forgotten for one guild') as unknown,
    });
    expect(pair.written).toEqual([]);
  });

  it('of a guild removes its codes wherever they are, and leaves the global ones', async () => {
    const pair = new MemoryPair({ channels: { '1': 9 }, sent: { '1': ['a', 'A', 'B', '2:C'], '3': ['1:D'], global: ['G'] } });
    const store = new LegacyAdapterStore(pair);
    expect(await store.clearGuild('1')).toBe(3);
    expect(pair.state).toEqual({ channels: { '1': 9 }, sent: { '1': ['2:C'], '3': [], global: ['G'] } });
    expect(await store.filterUnsent('1', ['A', 'D', 'G'])).toEqual(['A', 'D']);
  });

  it('does not count a code that somebody else marks in another spelling at that moment: that mark stays', async () => {
    const states = [{ sent: { '1': ['a', 'B'] } }, { sent: { '1': ['A', 'a', 'B'] } }];
    const removed: unknown[] = [];
    const store = new LegacyAdapterStore({
      getState: async () => states[0],
      changeState: async ({ remove }) => {
        removed.push(...(remove ?? []));
        return states[1];
      },
    });
    expect(await store.forget('1', ['A', 'B'])).toBe(1);
    expect(removed).toEqual([['1', ['a', 'B']]]);
  });
});
