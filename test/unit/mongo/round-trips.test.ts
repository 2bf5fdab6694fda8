import { type GuildCodes } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { mongoStore, mongoWorld, passTime } from '../../support/mongo-stores.js';
import { connect, countCommands, freshDatabase, type SentCommand } from '../../tools/mongo/connect.js';
import { openPrimitives } from '../../support/stores/open-primitives.js';

function batch(guilds: number, codes: number): GuildCodes<string[]>[] {
  return Array.from({ length: guilds }, (_, guild) => ({
    guildId: String(10_000 + guild),
    codes: Array.from({ length: codes }, (_, code) => `CODE${code}`),
  }));
}

const idsOf = ({ command }: SentCommand): unknown[] => (command['filter'] as { _id: { $in: unknown[] } })._id.$in;

interface Written {
  readonly updates?: readonly { readonly q: { readonly _id: string } }[];
  readonly deletes?: readonly { readonly q: { readonly _id: string } }[];
  readonly documents?: readonly { readonly _id: string }[];
}

/** The ids of the documents that a command writes, in its order. */
function idsWritten({ updates = [], deletes = [], documents = [] }: Written): string[] {
  return [...[...updates, ...deletes].map(({ q }) => q._id), ...documents.map(({ _id }) => _id)];
}

describe('round trips', () => {
  it('opens with two reads: a server that answers, and what the collection is kept under', async () => {
    const { collection, log } = await mongoWorld();
    await mongoStore(collection).filterUnsent('1', ['A']);
    expect(log.names()).toEqual(['find', 'find', 'find']);
    expect(log.sent()[1]?.command['readConcern']).toEqual({ level: 'majority' });
  });

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

  it.each([10, 100, 1000])('marks %i new codes in two: what is known, and the marks', async (count) => {
    const { store, log } = await mongoWorld();
    const [guild] = batch(1, count);
    expect((await store.markSent(guild!.guildId, guild!.codes)).marked).toHaveLength(count);
    expect(log.names()).toEqual(['find', 'insert']);
  });

  it('marks 1 000 guilds with 10 new codes each in 20', async () => {
    const { store, log } = await mongoWorld();
    const results = await store.markSentMany(batch(1000, 10));
    expect(results.every(({ marked }) => marked.length === 10)).toBe(true);
    expect(log.names()).toEqual(Array(10).fill(['find', 'insert']).flat());
  });

  it('marks codes that are held in two, and new ones beside them in one more', async () => {
    const { store, log } = await mongoWorld();
    await store.claim('1', ['A', 'B']);
    await store.claim('2', ['A', 'B']);
    log.mark();
    expect(await store.markSent('1', ['A', 'B'])).toEqual({ marked: ['A', 'B'], alreadySent: [] });
    expect(log.names()).toEqual(['find', 'update']);
    log.mark();
    expect(await store.markSent('2', ['A', 'B', 'C'])).toEqual({ marked: ['A', 'B', 'C'], alreadySent: [] });
    expect(log.names()).toEqual(['find', 'insert', 'update']);
  });

  it('decides uncertain codes as sent in two', async () => {
    const { store, log, documents } = await mongoWorld();
    await store.claim('1', ['A', 'B']);
    await passTime(documents, 120_000);
    log.mark();
    expect(await store.resolveUncertain('1', ['A', 'B'], 'sent')).toBe(2);
    expect(log.names()).toEqual(['find', 'update']);
  });

  it('marks known codes in one, without a write', async () => {
    const { store, log } = await mongoWorld();
    await store.markSentMany(batch(10, 10));
    log.mark();
    await store.markSentMany(batch(10, 10));
    expect(log.names()).toEqual(['find']);
  });

  it('claims 500 codes in three, and renews, releases and confirms them in one each', async () => {
    const { store, log } = await mongoWorld();
    const [guild] = batch(1, 500);
    const names = async (call: () => Promise<unknown>): Promise<string[]> => {
      log.mark();
      await call();
      return log.names();
    };
    const { claim } = await store.claim(guild!.guildId, guild!.codes);
    expect(log.names()).toEqual(['find', 'update', 'find']);
    expect(await names(() => store.claim(guild!.guildId, guild!.codes))).toEqual(['find']);
    expect(await names(() => store.renew(claim!))).toEqual(['update']);
    const given = guild!.codes.slice(0, 3);
    const kept = guild!.codes.slice(3);
    expect(await names(() => store.release(claim!, 'not-sent', given.slice(0, 2)))).toEqual(['delete']);
    expect(await names(() => store.release(claim!, 'uncertain', given.slice(2)))).toEqual(['update']);
    expect(await names(() => store.confirm(claim!, kept))).toEqual(['update']);
    expect(await names(() => store.forget(guild!.guildId, kept))).toEqual(['find', 'delete']);
  });

  it('gives a message back that was taken over in one, whatever it is given back as', async () => {
    const { store, log, documents } = await mongoWorld();
    await store.claim('1', ['A', 'B']);
    await passTime(documents, 120_000);
    const [claim] = await store.takeUncertain('1');
    log.mark();
    await store.release(claim!, 'not-sent', ['A']);
    await store.release(claim!, 'uncertain', ['B']);
    expect(log.names()).toEqual(['update', 'update']);
    expect([...(await store.states('1', ['A', 'B'])).values()]).toEqual(['uncertain', 'uncertain']);
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
    expect(new Set(commands.map(({ name }) => name))).toEqual(new Set(['find', 'insert', 'update', 'delete']));
    for (const { name, command } of commands) {
      if (name === 'find') {
        expect(command['readConcern']).toEqual({ level: expect.stringMatching(/^(local|majority)$/) as string });
      } else {
        expect(command).toMatchObject({ ordered: false, writeConcern: { w: 'majority', j: true, wtimeout: 8000 } });
      }
    }
  });

  it('names its documents in the order of their ids, so that two that run as transactions do not wait for one another', async () => {
    const { store, log } = await mongoWorld();
    const { claim } = await store.claim('1', ['C', 'A', 'D', 'B']);
    await store.renew(claim!);
    await store.release(claim!, 'uncertain', ['D', 'C']);
    await store.confirm(claim!, ['B', 'A']);
    await store.markSent('1', ['F', 'E']);
    await store.resolveUncertain('1', ['D', 'C'], 'sent');
    await store.forget('1', ['F', 'A', 'E', 'C']);
    const writes = log.sent().filter(({ name }) => name !== 'find');
    expect(writes.map(({ name, command }) => [name, idsWritten(command)])).toEqual([
      ['update', ['1:A', '1:B', '1:C', '1:D']],
      ['update', ['1:A', '1:B', '1:C', '1:D']],
      ['update', ['1:C', '1:D']],
      ['update', ['1:A', '1:B']],
      ['insert', ['1:E', '1:F']],
      ['update', ['1:C', '1:D']],
      ['delete', ['1:A', '1:C', '1:E', '1:F']],
    ]);
  });

  it('takes a code for marked only if a majority has the mark, and for free only if the newest has nothing', async () => {
    const client = await connect();
    const store = mongoStore(client.db(freshDatabase()).collection('codes'));
    const { claim } = await store.claim('1', ['B']);
    await store.markSent('1', ['B']);
    const log = countCommands(client);
    const firstRead = async (call: () => Promise<unknown>): Promise<unknown> => {
      log.mark();
      await call();
      return log.sent().find(({ name }) => name === 'find')?.command['readConcern'];
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
