import { inspect } from 'node:util';
import { InvalidInputError } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';

const collection = { namespace: 'a.b', find: () => ({}), bulkWrite: () => ({}) };
const client = { db: () => ({}) };
const uri = 'mongodb://bot:hunter2@127.0.0.1:1/';

function refusal(options: unknown): InvalidInputError {
  try {
    new MongoStore(options as never);
  } catch (error) {
    return error as InvalidInputError;
  }
  throw new Error('these options were accepted');
}

describe('options of a MongoStore', () => {
  it.each([
    [{}, 'uri'],
    [{ collection: 'codes' }, 'collection'],
    [{ collection: { find: 1 } }, 'collection'],
    [{ collection: '', uri }, 'collection'],
    [{ client: {} }, 'client'],
    [{ client, uri }, 'uri'],
    [{ collection, client }, 'client'],
    [{ collection, database: 'd' }, 'database'],
    [{ client, clientOptions: {} }, 'clientOptions'],
    [{ uri: 'localhost' }, 'uri'],
    [{ uri: new URL(uri) }, 'uri'],
    [{ uri, database: '' }, 'database'],
    [{ uri, clientOptions: 5 }, 'clientOptions'],
    [{ uri, timestamps: 'epoch' }, 'timestamps'],
    [{ uri, operationTimeoutMs: 0 }, 'operationTimeoutMs'],
    [{ uri, operationTimeoutMs: '5s' }, 'operationTimeoutMs'],
    [{ uri, colection: 'x' }, 'colection'],
    [undefined, 'options'],
  ])('refuses %o, naming %s', (options, argument) => {
    expect(refusal(options)).toMatchObject({ code: 'INVALID_OPTION', argument });
  });

  it.each([
    [{ collection }],
    [{ client }],
    [{ client, database: 'd', collection: 'c' }],
    [{ uri }],
    [{ uri, database: 'd', collection: 'c', clientOptions: { tls: true }, timestamps: 'iso', operationTimeoutMs: 500 }],
  ])('accepts %o without connecting', (options) => {
    expect(new MongoStore(options as never).name).toBe('MongoStore');
  });

  it('takes an option that is undefined for one that is not given', async () => {
    const given = { ...collection, find: () => ({ toArray: async () => [{ _id: ':identity', value: 'gift-code' }] }) };
    const store = new MongoStore({ collection: given, uri: undefined, client: undefined } as never);
    await store.ping();
    await store.close();
  });

  it('hides what was given as a URI, and shows what a URI begins with', () => {
    expect(refusal({ uri: 'mongo://bot:hunter2@127.0.0.1/' }).message).toBe(
      'MongoStore: uri is the string "mongo://***". Pass a URI that begins with mongodb:// or mongodb+srv://.',
    );
  });

  it.each([
    ['mongo://bot:hunter2@127.0.0.1/'],
    [{ uri: 'mongo://bot:hunter2@127.0.0.1/' }],
    [{ uri: `mongo://${'long-user'.repeat(5)}:hunter2@127.0.0.1/` }],
    [{ uri, timestamps: uri }],
    [{ collection: uri }],
  ])('shows no password when it refuses %o', (options) => {
    expect(inspect(refusal(options), { depth: 10 })).not.toContain('hunter');
  });
});
