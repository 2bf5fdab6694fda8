import { basename } from 'node:path';
import { SentCodeStoreError, StoreDamagedError, StoreLockedError } from '../../contract/errors.js';
import type { AbstractSentCodeStore } from '../../core/abstract-store.js';
import { primitivesOf } from '../../core/primitives-of.js';
import type { StoreMetadata, StorePrimitives } from '../../core/driver.js';
import { fileFacts } from '../../stores/json-file/file-facts.js';
import { connectRaw } from '../../stores/mongo/raw-connection.js';
import { idFacts, serverFacts } from '../../stores/mongo/server-facts.js';
import type { Context } from '../command.js';
import { throwIfStopped } from '../interruption.js';
import { identityOf, type MongoLocation, type StoreLocation } from '../location.js';
import { fileStore, mongoStore, timeoutOf, withStore } from '../open-store.js';
import { ProgressBar } from '../text/progress-bar.js';
import { fileChecks } from './file-checks.js';
import { type Finding, finding } from './finding.js';
import { idChecks, serverChecks } from './mongo-checks.js';
import { selfTest } from './self-test.js';
import { migrationChecks, mirrorChecks, presenceChecks, recordChecks } from './store-checks.js';

/** Looks at a store from all sides. What fails becomes a finding. */
export async function examine(context: Context, location: StoreLocation): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (location.kind === 'file') {
    await lookAtFile(context, location.path, findings, undefined);
  } else {
    const { fallback } = location;
    await lookAtMongo(context, location, findings, async (metadata) => {
      if (fallback !== undefined) await lookAtFile(context, fallback, findings, metadata);
    });
  }
  throwIfStopped(context.signal, 'Nothing was changed.');
  if (context.flags.has('readOnly') || !context.flags.has('selfTest')) {
    findings.push(finding('self-test', 'note', 'Left out.'));
  } else if (findings.some(({ status }) => status === 'fault')) {
    findings.push(finding('self-test', 'note', 'Left out: mend the faults first.'));
  } else await trySelfTest(context, findings);
  return findings;
}

async function lookAtFile(context: Context, path: string, findings: Finding[], first: StoreMetadata | undefined): Promise<void> {
  const mine = await orFault('file', async () => fileChecks(await fileFacts(path)));
  findings.push(...mine);
  if (mine.some(({ name, status }) => name === 'file' && status === 'fault')) return;
  findings.push(
    ...(await onStore('damage', fileStore(context, path, 'read'), async (store, primitives) => [
      finding('damage', 'ok', 'Every line is whole.'),
      ...(first === undefined ? await recordChecks(store, primitives) : []),
      ...(await mirrorChecks(primitives.metadata, first)),
      ...(first === undefined ? await migrationChecks(primitives.metadata, false) : []),
    ])),
  );
}

async function lookAtMongo(
  context: Context,
  location: MongoLocation,
  findings: Finding[],
  withMetadata: (metadata: StoreMetadata | undefined) => Promise<void>,
): Promise<void> {
  const { uri, database, collection } = location;
  const { clock, terminal } = context;
  let hasLegacyState = false;
  let exists = false as boolean;
  const bar = new ProgressBar(terminal, clock);
  findings.push(
    ...(await orFault('server', async () => {
      const raw = await connectRaw(uri, timeoutOf(context));
      try {
        const facts = await serverFacts(raw, { database, collection, clock });
        hasLegacyState = facts.hasLegacyState;
        exists = facts.collection !== undefined;
        if (!exists) return serverChecks(facts);
        const ids = await idFacts(raw.client.db(database).collection(collection), identityOf(context), (done) => {
          if (done % 10_000 === 0) bar.update(done, 'documents');
          throwIfStopped(context.signal, 'Nothing was changed.');
        });
        return [...serverChecks(facts), ...idChecks(ids)];
      } finally {
        bar.end();
        await raw.close();
      }
    })),
  );
  if (!exists) return withMetadata(undefined);
  findings.push(
    ...(await onStore('store', mongoStore(context, location), async (store, primitives) => {
      await withMetadata(primitives.metadata);
      return [
        ...(await recordChecks(store, primitives)),
        ...(await presenceChecks(primitives.metadata)),
        ...(await migrationChecks(primitives.metadata, hasLegacyState)),
      ];
    })),
  );
}

async function trySelfTest(context: Context, findings: Finding[]): Promise<void> {
  try {
    findings.push(...(await withStore(context, 'write', ({ store }) => selfTest(store, context.randomId))));
  } catch (error) {
    if (error instanceof StoreLockedError) {
      findings.push(finding('self-test', 'note', 'Left out: a file is open for writing elsewhere.'));
    } else if (error instanceof SentCodeStoreError) {
      findings.push(finding('self-test', error.code === 'STORE_NOT_FOUND' ? 'note' : 'fault', error.message));
    } else throw error;
  }
}

async function onStore(
  name: string,
  store: AbstractSentCodeStore,
  look: (store: AbstractSentCodeStore, primitives: StorePrimitives) => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await orFault(name, async () => {
      await store.ping();
      const primitives = primitivesOf(store);
      return primitives === undefined ? [] : await look(store, primitives);
    });
  } finally {
    await store.close();
  }
}

async function orFault(name: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof SentCodeStoreError) || error.code === 'ABORTED') throw error;
    return [finding(name, 'fault', shortText(error), ADVICE[error.code])];
  }
}

/** Of damage the first sentence, with the name of its file: what to do is said in the advice. */
function shortText(error: SentCodeStoreError): string {
  if (!(error instanceof StoreDamagedError) || error.path === undefined) return error.message;
  const text = error.message.replace(error.path, basename(error.path));
  return /^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text;
}

const ADVICE: Readonly<Partial<Record<SentCodeStoreError['code'], string>>> = {
  STORE_DAMAGED: 'Restore a backup. Without one: sent-codes recover saves what can be read.',
  STORE_UNAVAILABLE: 'Check that the database runs, its address, user and rights.',
};
