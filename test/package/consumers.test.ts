import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Consumer, makeConsumer, packTarball } from '../support/consumer.js';
import { compile, resolutions, typed } from './typescript/compile.js';

const use = `
const main = async () => {
  const file = new JsonFileStore({ path: './sent-' + process.pid + '.json' });
  const { marked } = await file.markSent('1', ['a']);
  await file.close();
  if (marked.join() !== 'a') throw new Error('not marked');
  const wrong = await new MemoryStore().filterUnsent('1', ['']).catch((error) => error);
  if (!(wrong instanceof SentCodeStoreError)) throw new Error('another error class');
  if (store.SentCodeStoreError !== SentCodeStoreError) throw new Error('another error class in ./store');
  if (!(new MemoryStore() instanceof store.AbstractSentCodeStore)) throw new Error('another base in ./store');
  if (discord.discordNonce('id') !== 'id') throw new Error('no nonce');
  if (telegram.classifyTelegramError({ error_code: 500 }).outcome !== 'uncertain') throw new Error('no verdict');
  const create = async () => {
    let time = 0;
    const store = new MemoryStore({ clock: { now: () => 1e12 + time, monotonic: () => time } });
    return { store, advance: async (ms) => void (time += ms), dispose: () => store.close() };
  };
  const { passed, failures } = await runConformance({ supports: new MemoryStore().supports, create, skip: { outages: 'memory does not fail' } });
  if (passed === 0 || failures.length > 0) throw new Error(failures.map((failure) => failure.name + failure.error.stack).join());
  const missing = await new MongoStore({ uri: 'mongodb://127.0.0.1:1/', operationTimeoutMs: 500 }).ping().catch((error) => error.code);
  console.log('driver:', missing);
};
main();
`;
const names = '{ JsonFileStore, MemoryStore, MongoStore, SentCodeStoreError }';
const asModule = `
import ${names} from 'sent-code-store';
import * as store from 'sent-code-store/store';
import { runConformance } from 'sent-code-store/conformance';
import * as discord from 'sent-code-store/discord';
import * as telegram from 'sent-code-store/telegram';
${use}`;
const asCommonJs = `
const ${names} = require('sent-code-store');
const store = require('sent-code-store/store');
const { runConformance } = require('sent-code-store/conformance');
const discord = require('sent-code-store/discord');
const telegram = require('sent-code-store/telegram');
${use}`;
let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sent-code-store-pack-'));
  ({ tarball } = await packTarball(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The fastest compiler, as this project has it: to install it takes as long as to compile.
 * `npm run test:typescript` is about the others, and about projects with a driver.
 */
const tsc = fileURLToPath(new URL('../../node_modules/typescript7/bin/tsc', import.meta.url));
const compiled = { code: 0, output: '' };

describe('a project that installs the tarball and no driver', () => {
  let consumer: Consumer;
  beforeAll(async () => {
    consumer = await makeConsumer([tarball, '@types/node@20']);
  }, 120_000);
  afterAll(() => consumer.dispose());

  it('imports it as ESM, with one error class for all entries', async () => {
    consumer.write('use.mjs', asModule);
    expect(await consumer.run('node', 'use.mjs')).toEqual({ code: 0, output: 'driver: DRIVER_MISSING\n' });
  });

  it('requires it as CommonJS, with one error class for all entries', async () => {
    consumer.write('use.cjs', asCommonJs);
    expect(await consumer.run('node', 'use.cjs')).toEqual({ code: 0, output: 'driver: DRIVER_MISSING\n' });
  });

  it('compiles against it: node16, ESM and CommonJS', async () => {
    consumer.write('typed.mts', typed);
    consumer.write('typed.cts', typed);
    expect(await compile(consumer, tsc, ['typed.mts', 'typed.cts'], resolutions.node16)).toEqual(compiled);
  });

  it('compiles against it: bundler', async () => {
    consumer.write('typed.mts', typed);
    expect(await compile(consumer, tsc, ['typed.mts'], resolutions.bundler)).toEqual(compiled);
  });
});
