import type { Consumer, Outcome } from '../../support/consumer.js';

/** Uses every entry point, without a driver of MongoDB. */
export const typed = `
import { type ClassifyError, JsonFileStore, MongoStore, type SentCodeStore, SentCodeStoreError } from 'sent-code-store';
import { runConformance } from 'sent-code-store/conformance';
import { classifyDiscordError, discordNonce } from 'sent-code-store/discord';
import { AbstractSentCodeStore, type CodeEvent, type Hold, SentCodeStoreError as SameError, transition } from 'sent-code-store/store';
import { classifyTelegramError } from 'sent-code-store/telegram';
const store: SentCodeStore = new JsonFileStore({ path: './sent.json' });
export const fresh: Promise<string[]> = store.filterUnsent(1n, new Set(['a']));
export const kit: typeof runConformance = runConformance;
export const mongo = new MongoStore({ uri: 'mongodb://127.0.0.1/' });
export const classifiers: ClassifyError[] = [classifyDiscordError, classifyTelegramError];
export const nonce: string = discordNonce('id');
export const base: AbstractSentCodeStore = mongo;
export const same: typeof SentCodeStoreError = SameError;
const hold: Hold = { token: 't', messageId: 'm', spelling: 'a', position: 0, size: 1, attempt: 1 };
const event: CodeEvent = { type: 'claim', hold, leaseMs: 60_000 };
export const held = transition(undefined, event, 0);
// @ts-expect-error -- a lone string would be its letters
export const letters = store.filterUnsent('1', 'abc');
// @ts-expect-error -- a number has lost digits
export const rounded = store.filterUnsent(1, ['abc']);
`;
/** Passes what it has of a driver. */
export const withDriver = `
import { MongoClient } from 'mongodb';
import { MongoStore } from 'sent-code-store';
const client = new MongoClient('mongodb://127.0.0.1/');
export const byClient = new MongoStore({ client, database: 'bot' });
export const byCollection = new MongoStore({ collection: client.db('bot').collection('sent_giftcodes') });
`;

/** How a compiler finds a package: as Node does, or as bundlers do. */
export const resolutions = {
  node16: ['--module', 'node16', '--moduleResolution', 'node16'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
};

/** Compiles files of a consumer, our declarations included. */
export function compile(consumer: Consumer, tsc: string, files: readonly string[], options: readonly string[]): Promise<Outcome> {
  const flags = [
    '--strict',
    '--noEmit',
    '--target',
    'es2022',
    // As a project for Node has it. With the types of the browser, half of the time goes to them.
    '--lib',
    'es2022',
    '--skipLibCheck',
    'false',
    '--types',
    'node',
    '--exactOptionalPropertyTypes',
  ];
  return consumer.run(process.execPath, tsc, ...flags, ...options, ...files);
}
