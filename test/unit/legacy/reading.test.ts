import { describe, expect, it } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { collect } from '../../support/legacy/collect.js';
import { fixtureText } from '../../support/legacy/files.js';

const storeOf = (state: unknown): LegacyAdapterStore =>
  new LegacyAdapterStore({ getState: async () => state, setState: async () => true });
const sentTo = async (store: LegacyAdapterStore, guildId: string): Promise<string[]> =>
  (await collect(store.listSent(guildId))).map(({ code }) => code).sort();

describe('what the old bot wrote', () => {
  it('counts as sent in any spelling, each code once', async () => {
    const store = storeOf({ sent: { '1': ['gogoWOS', 'GOGOWOS', ' Earth26 ', 'EARTH26'] } });
    expect(await store.filterUnsent('1', ['GoGoWos', 'earth26', 'NEW'])).toEqual(['NEW']);
    expect(await sentTo(store, '1')).toEqual(['EARTH26', 'GOGOWOS']);
  });

  it('counts for every guild if it is global, also for one that the state does not name', async () => {
    const store = storeOf({ channels: { '3': 7 }, sent: { '1': ['A'], global: ['Blessing'] } });
    expect(await store.filterUnsent('1', ['BLESSING', 'A', 'B'])).toEqual(['B']);
    expect(await store.filterUnsent('999', ['BLESSING', 'A'])).toEqual(['A']);
    expect(await sentTo(store, '999')).toEqual(['BLESSING']);
  });

  it('counts for the guild that a composite string names, whatever list it is in, and for no other', async () => {
    const store = storeOf({ sent: { '1': ['2:Two', '1:One'], global: ['3:three', 'global:Four'] } });
    expect(await sentTo(store, '1')).toEqual(['FOUR', 'ONE']);
    expect(await sentTo(store, '2')).toEqual(['FOUR', 'TWO']);
    expect(await sentTo(store, '3')).toEqual(['FOUR', 'THREE']);
    expect(await store.filterUnsent('4', ['two', 'three', 'four'])).toEqual(['two', 'three']);
  });

  it('lists the guilds that have codes of their own; with global codes every guild that it names', async () => {
    const state = { channels: { '5': 1 }, sent: { '1': ['A'], '2': [], '6': ['7:X'] } };
    expect((await collect(storeOf(state).listGuilds())).sort()).toEqual(['1', '7']);
    const withGlobal = { ...state, sent: { ...state.sent, global: ['G'] } };
    expect((await collect(storeOf(withGlobal).listGuilds())).sort()).toEqual(['1', '2', '5', '6', '7']);
  });

  it('has neither times nor sources', async () => {
    const store = storeOf({ sent: { '1': ['A'] } });
    expect(await collect(store.listSent('1'))).toEqual([{ guildId: '1', code: 'A', source: null, sentAt: null, receipt: null }]);
    expect(await store.stats('1')).toMatchObject({ total: 1, bySource: { unknown: 1 }, firstSentAt: null });
  });

  it('may have guilds and codes with the names of object members', async () => {
    const store = storeOf(JSON.parse('{ "sent": { "__proto__": ["CONSTRUCTOR"], "1": ["__proto__"] } }'));
    expect(await store.filterUnsent('__proto__', ['constructor', 'toString'])).toEqual(['toString']);
    expect(await store.filterUnsent('1', ['__PROTO__', 'CONSTRUCTOR'])).toEqual(['CONSTRUCTOR']);
    expect(await store.filterUnsent('toString', ['CONSTRUCTOR'])).toEqual(['CONSTRUCTOR']);
  });

  it('is counted in a real state as a person counts it', async () => {
    const store = storeOf(JSON.parse(await fixtureText('nine-scopes-with-global')));
    const guilds = await collect(store.listGuilds());
    expect(guilds).toHaveLength(9);
    const counts = await Promise.all(guilds.map(async (guildId) => (await sentTo(store, guildId)).length));
    expect(counts.reduce((sum, count) => sum + count)).toBe(977);
    expect(await sentTo(store, 'unknown')).toHaveLength(107);
  });
});

describe('a state that cannot be read without guessing is never answered as unsent', () => {
  it.for<[state: unknown, path: string]>([
    [null, 'the state is null'],
    [undefined, 'the state is undefined'],
    [[], 'the state is an array'],
    ['{}', 'the state is the string'],
    [{}, 'sent is undefined'],
    [{ sent: null }, 'sent is null'],
    [{ sent: [] }, 'sent is an array'],
    [{ sent: { '12': 'ABC' } }, 'sent["12"] is the string "ABC"'],
    [{ sent: { '12': { A: true } } }, 'sent["12"] is an object'],
    [{ sent: { '12': ['A', 5] } }, 'sent["12"][1] is the number 5'],
    [{ sent: { '12': ['A', null] } }, 'sent["12"][1] is null'],
    [{ sent: {}, channels: 5 }, 'channels is the number 5'],
  ])('%j: %s', async ([state, path]) => {
    const store = storeOf(state);
    const expected: unknown = expect.objectContaining({
      code: 'LEGACY_STATE_INVALID',
      message: expect.stringContaining(path) as unknown,
    });
    await expect(store.filterUnsent('1', ['NEW'])).rejects.toEqual(expected);
    await expect(store.markSent('1', ['NEW'])).rejects.toEqual(expected);
    await expect(collect(store.listSent('1'))).rejects.toEqual(expected);
    await expect(store.ping()).rejects.toEqual(expected);
  });

  it('but strings that no code can be do not stop the others', async () => {
    const store = storeOf({ sent: { '12': ['', '  ', 'x'.repeat(2_000), '\ud800', 'A', '13:'] } });
    expect(await store.filterUnsent('12', ['A', 'B'])).toEqual(['B']);
    expect(await sentTo(store, '12')).toEqual(['A']);
    expect(await collect(store.listGuilds())).toEqual(['12']);
  });
});
