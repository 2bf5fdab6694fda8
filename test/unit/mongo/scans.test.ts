import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { mongoWorld, type CodeDocument } from '../../support/mongo-stores.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

const sent = (id: string): CodeDocument => ({ _id: id, sent_at: new Date(0) });
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => `C${String(i).padStart(4, '0')}`);

describe('scans read page by page', () => {
  it('every code of a guild once, over several pages, and no other guild', async () => {
    const { store, documents, log } = await mongoWorld();
    const codes = numbers(2500);
    await documents.insertMany([...codes.map((code) => sent(`12:${code}`)), sent('1:A'), sent('123:A'), sent('13:A')]);
    expect((await collect(store.listSent('12'))).map(({ code }) => code).sort()).toEqual(codes);
    expect(log.names()).toEqual(['find', 'find', 'find', 'find']);
    expect(await collect(store.listSent('1'))).toHaveLength(1);
  });

  it('and leave no cursor open in between, so a caller may stop or take as long as it wants', async () => {
    const { store, documents, log } = await mongoWorld();
    await documents.insertMany(numbers(1500).map((code) => sent(`1:${code}`)));
    for await (const { code } of store.listSent('1')) if (code === 'C0500') break;
    expect(log.names()).toEqual(['find', 'find']);
    let seen = 0;
    for await (const { code } of store.listSent('1')) {
      seen += 1;
      // What comes later in the order of ids, and is removed before the scan gets there, is not seen.
      if (code === 'C0500') await documents.deleteMany({ _id: { $gte: '1:C1200' } });
    }
    expect(seen).toBe(1200);
    expect(new Set(log.names())).toEqual(new Set(['find']));
  });

  it('held codes only, where a scan asks for those', async () => {
    const { store, documents, log } = await mongoWorld();
    await documents.insertMany(numbers(1500).map((code) => sent(`1:${code}`)));
    await documents.insertMany([{ _id: '1:HELD' }, { _id: '2:HELD' }]);
    expect(await collect(store.listUncertain())).toMatchObject([{ guildId: '1' }, { guildId: '2' }]);
    expect(await collect(store.listUncertain('2'))).toMatchObject([{ guildId: '2', code: 'HELD' }]);
    const answers = log.sent().length;
    expect(answers).toBe(3);
  });

  it("the guilds without a big guild's codes", async () => {
    const { store, documents, log } = await mongoWorld();
    await documents.insertMany(numbers(3000).map((code) => sent(`5:${code}`)));
    await documents.insertMany(['1:A', '55:A', '6:A'].map(sent));
    expect((await collect(store.listGuilds())).sort()).toEqual(['1', '5', '55', '6']);
    expect(log.names()).toEqual(['find', 'find']);
  });

  it("the store's own facts over several pages, by the beginning of their key", async () => {
    const { store, documents } = await mongoWorld();
    await documents.insertMany(numbers(2100).map((key) => ({ _id: `:baseline:${key}`, value: key })));
    await documents.insertMany([
      { _id: ':baselin', value: 'x' },
      { _id: ':baseline;', value: 'x' },
    ]);
    const { metadata } = openPrimitives(store);
    expect((await collect(metadata.list('baseline:'))).map(([key]) => key)).toEqual(
      numbers(2100).map((key) => `baseline:${key}`),
    );
    expect(await collect(metadata.list('none'))).toEqual([]);
    expect(await collect(store.listGuilds())).toEqual([]);
    expect(await collect(openPrimitives(store).scanRecords({}))).toEqual([]);
  });

  it('finds what is there, whatever ids stand side by side', async () => {
    const { store, documents } = await mongoWorld();
    const guildId = fc.constantFrom('1', '12', '123', '13', '2', 'a', 'ab', '1é', '__proto__', ' ');
    const code = fc.constantFrom('A', 'B', 'A:B', ':', 'É', '漢', '😀');
    const keys = fc.uniqueArray(fc.tuple(guildId, code), { selector: ([guild, text]) => `${guild}:${text}`, maxLength: 30 });
    const lists = fc.uniqueArray(guildId, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(keys, lists, async (records, listGuilds) => {
        await documents.deleteMany({ _id: { $not: /^:/ } });
        if (records.length > 0) await documents.insertMany(records.map(([guild, text]) => sent(`${guild}:${text}`)));
        if (listGuilds.length > 0) await documents.insertMany(listGuilds.map((guild) => ({ _id: guild, codes: ['A', 'L'] })));
        const expected = new Set([
          ...records.map(([guild, text]) => `${guild}:${text}`),
          ...listGuilds.flatMap((guild) => [`${guild}:A`, `${guild}:L`]),
        ]);
        const all = await collect(openPrimitives(store).scanRecords({}));
        expect(all.map((found) => `${found.guildId}:${found.code}`).sort()).toEqual([...expected].sort());
        const guilds = await collect(store.listGuilds());
        expect(guilds.sort()).toEqual([...new Set([...expected].map((key) => key.slice(0, key.indexOf(':'))))].sort());
      }),
      { numRuns: 60 },
    );
  });
});
