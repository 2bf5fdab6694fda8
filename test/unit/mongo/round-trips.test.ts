import { type GuildCodes } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { mongoStore, mongoWorld } from '../../support/mongo-stores.js';
import { connect, countCommands, freshDatabase, type SentCommand } from '../../tools/mongo/connect.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

function batch(guilds: number, codes: number): GuildCodes<string[]>[] {
  return Array.from({ length: guilds }, (_, guild) => ({
    guildId: String(10_000 + guild),
    codes: Array.from({ length: codes }, (_, code) => `CODE${code}`),
  }));
}

const idsOf = ({ command }: SentCommand): unknown[] => (command['filter'] as { _id: { $in: unknown[] } })._id.$in;

describe('round trips', () => {
  it("looks up 1 000 guilds with 10 codes each in 10 of them, the guilds' own documents with them", async () => {
    const { store, log } = await mongoWorld();
    const guilds = batch(1000, 10);
    expect(await store.filterUnsentMany(guilds)).toEqual(guilds);
    expect(log.names()).toEqual(Array(10).fill('find'));
    expect(idsOf(log.sent()[0]!)).toHaveLength(1100);
    expect(idsOf(log.sent()[0]!)).toEqual(expect.arrayContaining(['10000:CODE0', '10000', '10099:CODE9', '10099']));
  });

  it('looks up 1 000 codes that are all there in one', async () => {
    const { store, log } = await mongoWorld();
    const [guild] = batch(1, 1000);
    await store.markSent(guild!.guildId, guild!.codes);
    log.mark();
    expect(await store.filterUnsent(guild!.guildId, guild!.codes)).toEqual([]);
    expect(log.names()).toEqual(['find']);
  });

  it('marks 1 000 new codes of 100 guilds in three: what is known, the marks, who made them', async () => {
    const { store, log } = await mongoWorld();
    const results = await store.markSentMany(batch(100, 10));
    expect(results.every(({ marked }) => marked.length === 10)).toBe(true);
    expect(log.names()).toEqual(['find', 'update', 'find']);
  });

  it('marks known codes in one, without a write', async () => {
    const { store, log } = await mongoWorld();
    await store.markSentMany(batch(10, 10));
    log.mark();
    await store.markSentMany(batch(10, 10));
    expect(log.names()).toEqual(['find']);
  });

  it('claims, renews, confirms and releases 500 codes in a handful', async () => {
    const { store, log } = await mongoWorld();
    const [guild] = batch(1, 500);
    const names = async (call: () => Promise<unknown>): Promise<string[]> => {
      log.mark();
      await call();
      return log.names();
    };
    const { claim } = await store.claim(guild!.guildId, guild!.codes);
    expect(await names(() => store.claim(guild!.guildId, guild!.codes))).toEqual(['find']);
    expect(await names(() => store.renew(claim!))).toEqual(['update', 'find']);
    expect(await names(() => store.release(claim!, 'uncertain', ['CODE0']))).toEqual(['update', 'find']);
    expect((await names(() => store.release(claim!, 'not-sent', ['CODE1']))).sort()).toEqual(['delete', 'find', 'update']);
    expect(await names(() => store.confirm(claim!))).toEqual(['find', 'update', 'find']);
    expect(await names(() => store.forget(guild!.guildId, guild!.codes))).toEqual(['find', 'delete']);
  });
});

describe('every command', () => {
  it('writes to the disks of a majority, and reads with a concern of its own, whatever the client was made with', async () => {
    const client = await connect({ writeConcern: { w: 0 }, readPreference: 'secondary', readConcernLevel: 'majority' });
    const log = countCommands(client);
    const store = mongoStore(client.db(freshDatabase()).collection('codes'));
    await store.markSent('1', ['A', 'B']);
    const { claim } = await store.claim('1', ['C', 'D']);
    await store.renew(claim!);
    await store.release(claim!, 'not-sent');
    await store.forget('1', ['A']);
    await store.baseline('2', ['A']);
    await store.clearGuild('1');
    const primitives = openPrimitives(store);
    await primitives.metadata.set(new Map([['x', 'y']]));
    for await (const _ of primitives.scanGuilds()) break;
    for await (const _ of store.listUncertain()) break;
    await store.ping();
    const commands = log.sent();
    expect(new Set(commands.map(({ name }) => name))).toEqual(new Set(['find', 'update', 'delete']));
    for (const { name, command } of commands) {
      if (name === 'find') {
        expect(command['readConcern']).toEqual({ level: expect.stringMatching(/^(local|majority)$/) as string });
      } else {
        expect(command).toMatchObject({ ordered: false, writeConcern: { w: 'majority', j: true, wtimeout: 8000 } });
      }
    }
  });

  it('takes a code for marked only if a majority has the mark, and for free only if the newest has nothing', async () => {
    const client = await connect();
    const store = mongoStore(client.db(freshDatabase()).collection('codes'));
    const { claim } = await store.claim('1', ['B']);
    const log = countCommands(client);
    const firstRead = async (call: () => Promise<unknown>): Promise<unknown> => {
      log.mark();
      await call();
      return log.sent()[0]?.command['readConcern'];
    };
    expect(await firstRead(() => store.markSent('1', ['A']))).toEqual({ level: 'majority' });
    expect(await firstRead(() => store.confirm(claim!))).toEqual({ level: 'majority' });
    expect(await firstRead(() => store.filterUnsent('1', ['A']))).toEqual({ level: 'local' });
    expect(await firstRead(() => store.claim('1', ['C']))).toEqual({ level: 'local' });
  });

  it('reads from the primary, whatever the client was made with', async () => {
    const client = await connect({ readPreference: 'secondary' });
    const collection = client.db(freshDatabase()).collection('codes');
    // A driver does not send a read preference to a standalone server, so what it is handed is looked at.
    const handed: unknown[] = [];
    const store = mongoStore({
      namespace: collection.namespace,
      find: (filter, options) => {
        handed.push((options as { readPreference?: unknown }).readPreference);
        return collection.find(filter, options);
      },
      bulkWrite: (operations, options) => collection.bulkWrite(operations as never, options),
    });
    await store.markSent('1', ['A']);
    await store.claim('1', ['B']);
    await store.stats('1');
    for await (const _ of store.listGuilds()) break;
    await store.baseline('2', ['A']);
    expect(handed.length).toBeGreaterThan(8);
    expect(new Set(handed)).toEqual(new Set(['primary']));
  });
});
