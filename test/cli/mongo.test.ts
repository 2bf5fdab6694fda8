import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FallbackStore, JsonFileStore, MongoStore } from 'sent-code-store';
import { connectRaw } from '../../src/stores/mongo/raw-connection.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { mongoWorld } from '../support/mongo-stores.js';
import { type Outcome, sentCodes } from '../support/sent-codes.js';
import { freshDatabase, mongoUri } from '../tools/mongo/connect.js';

const GUILD = '1147956569271697518';

describe('on MongoDB', () => {
  it('marks and lists beside a running bot, and sees what the bot marks', async () => {
    const { store, collection, documents } = await mongoWorld();
    await store.markSent(GUILD, ['WOS0408'], { source: 'api' });
    const call = (...args: string[]): Promise<Outcome> =>
      sentCodes([...args, '--store', mongoUri(), '--database', collection.dbName]);
    expect(await call('mark', GUILD, 'gogoWOS', '--timestamps', 'iso')).toMatchObject({ code: 0, stderr: '' });
    expect(await store.filterUnsent(GUILD, ['gogoWOS'])).toEqual([]);
    expect(await documents.findOne({ _id: `${GUILD}:GOGOWOS` })).toMatchObject({ sent_at: expect.any(String) as string });
    expect((await call('list', GUILD)).stdout).toMatch(/manual +GOGOWOS\n.* api +WOS0408\n/);
    await store.claim(GUILD, ['LIVE']);
    expect(await call('check', GUILD, 'LIVE', '--json')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"claimed"') as string,
    });
    expect(await call('forget', GUILD, 'LIVE', '--yes')).toMatchObject({ code: 1 });
  });

  it('refuses an empty collection, which a wrong name of a database leads to, and writes nothing there', async () => {
    const database = freshDatabase();
    const at = ['--store', mongoUri(), '--database', database];
    const { code, stderr } = await sentCodes(['check', GUILD, 'A', ...at]);
    expect(code).toBe(3);
    expect(stderr).toContain(`STORE_NOT_FOUND: There is nothing in`);
    const raw = await connectRaw(mongoUri(), 5000);
    expect(await raw.client.db(database).collection('sent_giftcodes').estimatedDocumentCount()).toBe(0);
    await raw.close();
    expect(await sentCodes(['mark', GUILD, 'A', ...at, '--create'])).toMatchObject({ code: 0 });
    expect(await sentCodes(['check', GUILD, 'A', ...at])).toMatchObject({ code: 0 });
  });

  it.for([[], ['--json']])('a password is never printed, not by an error either (%s)', async (json) => {
    const uri = 'mongodb://bot:Pa55w0rd%21@127.0.0.1:1/db?serverSelectionTimeoutMS=50';
    for (const args of [['stats'], ['doctor'], ['mark', '1', 'A']]) {
      const { code, stdout, stderr } = await sentCodes([...args, ...json], { env: { MONGODB_URI: uri } });
      expect([1, 3]).toContain(code);
      expect(stdout + stderr).not.toMatch(/Pa55w0rd|bot:/);
    }
  });
});

describe('on MongoDB with a file beside it', () => {
  /** A chain that went through an outage: PENDING is in the file alone. */
  async function world(): Promise<{ call: (...args: string[]) => Promise<Outcome>; first: MongoStore; path: string }> {
    const { another, collection, documents } = await mongoWorld();
    const path = join(tempFolder(), 'mirror.json');
    const first = another();
    let isAway = false;
    const flaky = {
      namespace: collection.namespace,
      find: (filter: object, options: object) => {
        if (isAway) throw Object.assign(new Error('away'), { name: 'MongoServerSelectionError' });
        return documents.find(filter as never, options);
      },
      bulkWrite: (operations: readonly object[], options: object) => {
        if (isAway) return Promise.reject(Object.assign(new Error('away'), { name: 'MongoServerSelectionError' }));
        return documents.bulkWrite(operations as never, options);
      },
    };
    const chain = new FallbackStore([new MongoStore({ collection: flaky }), new JsonFileStore({ path })]);
    await chain.markSent(GUILD, ['BEFORE']);
    isAway = true;
    await chain.markSent(GUILD, ['PENDING']);
    await chain.close();
    const at = ['--store', mongoUri(), '--database', collection.dbName, '--fallback', path];
    return { call: (...args) => sentCodes([...args, ...at]), first, path };
  }

  it('reads both, so that a mark of an outage counts, and changes neither', async () => {
    const { call, first } = await world();
    expect(await first.filterUnsent(GUILD, ['BEFORE', 'PENDING'])).toEqual(['PENDING']);
    expect(await call('check', GUILD, 'BEFORE', 'PENDING')).toMatchObject({ code: 0, stderr: '' });
    expect((await call('stats', GUILD, '--json')).stdout).toContain('"total":2');
    expect((await call('export')).stdout).toMatch(/PENDING[^]*"records":2/);
    expect(await first.filterUnsent(GUILD, ['PENDING'])).toEqual(['PENDING']);
  });

  it('a write goes through the chain, which first brings in what is pending', async () => {
    const { call, first } = await world();
    expect(await call('mark', GUILD, 'NEW')).toMatchObject({ code: 0, stderr: '' });
    expect(await first.filterUnsent(GUILD, ['PENDING', 'NEW'])).toEqual([]);
  });

  it('a write is refused while the bot has the file', async () => {
    const { call, path } = await world();
    const bot = new JsonFileStore({ path });
    await bot.ping();
    const { code, stderr } = await call('mark', GUILD, 'NEW');
    expect(code).toBe(3);
    expect(stderr).toContain('STORE_LOCKED');
    expect(await call('check', GUILD, 'PENDING')).toMatchObject({ code: 0 });
    await bot.close();
  });

  it('doctor says what is pending, and that the file belongs to the database', async () => {
    const { call } = await world();
    const { code, stdout } = await call('doctor', '--no-self-test');
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning +pending +1 code of an outage/);
    expect(stdout).toMatch(/ok +in step/);
  });
});
