import {
  AllStoresFailedError,
  announce,
  type DeliveryEvent,
  FallbackStore,
  InvalidInputError,
  MemoryStore,
  migrateLegacyState,
  MigrationIncompleteError,
  MongoStore,
  SentCodeStoreError,
  sendOnce,
} from 'sent-code-store';
import { runConformance } from 'sent-code-store/conformance';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Disk, DiskStore } from '../support/fallback/disk-store.js';
import { plainStore } from '../support/migration/plain-store.js';

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
const platformError = Object.assign(new Error('Missing Access', { cause: new Error('HTTP 403') }), {
  name: 'DiscordAPIError',
  code: 50_001,
  token: 'secret',
});
const platformJson = {
  name: 'DiscordAPIError',
  code: 50_001,
  message: 'Missing Access',
  cause: { name: 'Error', message: 'HTTP 403' },
};

describe('an error of this package in JSON', () => {
  it('has its name, code, text, details and cause, and no stack', () => {
    const error = new SentCodeStoreError('STORE_TIMEOUT', 'late', { cause: platformError, retryable: true });
    expect(json(error)).toEqual({
      name: 'SentCodeStoreError',
      code: 'STORE_TIMEOUT',
      message: 'late',
      retryable: true,
      cause: platformJson,
    });
    expect(json(new InvalidInputError('INVALID_CODE', 'codes[0]', 'bad'))).toEqual({
      name: 'InvalidInputError',
      code: 'INVALID_CODE',
      message: 'bad',
      retryable: false,
      argument: 'codes[0]',
    });
  });

  it('has the error of each member of a chain', () => {
    expect(json(new AllStoresFailedError('all', [platformError, 'text']))).toMatchObject({
      code: 'ALL_STORES_FAILED',
      errors: [platformJson, 'text'],
    });
  });

  it('ends where causes go in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(new SentCodeStoreError('STORE_IO', 'x', { cause: error })).match(/round/g)).toHaveLength(4);
  });

  it('shows no password of a database', async () => {
    const store = new MongoStore({ uri: 'mongodb://bot:hunter2@127.0.0.1:1/', operationTimeoutMs: 400 });
    onTestFinished(() => store.close());
    const error: unknown = await store.ping().catch((reason: unknown) => reason);
    const text = JSON.stringify(error);
    expect(text).toContain('ECONNREFUSED');
    expect(text).not.toContain('hunter2');
  });
});

describe('an error in a report is in its JSON', () => {
  const send = (): Promise<never> => Promise.reject(platformError);

  it('of sendOnce, and of its events', async () => {
    const events: DeliveryEvent[] = [];
    const report = await sendOnce(new MemoryStore(), {
      guildId: '1',
      codes: ['A', ''],
      send,
      classifyError: () => 'nonsense' as 'sent',
      onEvent: (event) => events.push(event),
    });
    const invalid = { name: 'InvalidInputError', code: 'INVALID_OPTION', argument: 'classifyError' };
    expect(report.codes[0]).toMatchObject({ error: platformError });
    expect(Object.keys(report.codes[0]!)).not.toContain('toJSON');
    expect(json(report)).toMatchObject({
      codes: [
        { item: 'A', status: 'uncertain', error: platformJson, followUpErrors: [invalid] },
        { item: '', status: 'refused', error: { code: 'INVALID_CODE' } },
      ],
    });
    expect(json(events)).toMatchObject([{ type: 'message', outcome: { error: platformJson, followUpErrors: [invalid] } }]);
  });

  it('of announce', async () => {
    const report = await announce(new MemoryStore(), {
      guilds: ['a:b', '1'],
      codes: ['A'],
      send: async () => undefined,
      firstRun: () => Promise.reject(platformError),
    });
    expect(json(report)).toMatchObject({
      guilds: [
        { status: 'failed', error: { code: 'INVALID_GUILD_ID' } },
        { status: 'failed', error: platformJson },
      ],
    });
  });

  it('of a chain', async () => {
    const disk = new Disk();
    disk.fault = 'reject';
    const chain = new FallbackStore([new DiskStore(disk, 'shared', {})]);
    onTestFinished(() => chain.close());
    await chain.ping().catch(() => undefined);
    expect(json(chain.status())).toMatchObject({ stores: [{ up: false, error: { name: 'Error', message: 'shared refuses' } }] });
  });

  it('of a migration, and of the error that brings it', async () => {
    const to = plainStore(new MemoryStore(), { markSentMany: () => Promise.reject(platformError) });
    const error: unknown = await migrateLegacyState({ from: { sent: { '1': ['A'] } }, to }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MigrationIncompleteError);
    const report = { guilds: [{ guildId: '1', error: platformJson }] };
    expect(json((error as MigrationIncompleteError).report)).toMatchObject(report);
    expect(json(error)).toMatchObject({ code: 'MIGRATION_INCOMPLETE', report });
  });

  it('of the kit', async () => {
    const create = (): Promise<never> => Promise.reject(platformError);
    const report = await runConformance({ supports: new MemoryStore().supports, create });
    expect(json(report.failures[0])).toMatchObject({ group: 'support', error: platformJson });
  });
});
