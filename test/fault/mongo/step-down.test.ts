import { MongoClient } from 'mongodb';
import { SentCodeStoreError } from 'sent-code-store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';

const uri = process.env['MONGODB_REPLICA_SET_URI'];
if (uri === undefined) console.log('Left out: a step-down needs a replica set. Run "npm run test:mongod replica-set".');

const ROUNDS = 60;

/** Repeats a call while its error says that it may be repeated. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof SentCodeStoreError) || !error.retryable) throw error;
    }
  }
}

describe.skipIf(uri === undefined)('a replica set whose primary steps down in the middle', () => {
  it('never has two owners of a code, and loses no mark that it acknowledged', { timeout: 300_000 }, async () => {
    const database = `step_down_${Date.now()}`;
    const admin = await new MongoClient(uri!).connect();
    onTestFinished(async () => {
      await admin.db(database).dropDatabase();
      await admin.close();
    });
    const stores = [0, 1, 2].map(() => new MongoStore({ uri: uri!, database }));
    onTestFinished(async () => {
      for (const store of stores) await store.close();
    });
    const stepDown = async (): Promise<void> => {
      // The connection may break before the answer.
      await admin
        .db('admin')
        .command({ replSetStepDown: 5, force: true })
        .catch(() => undefined);
    };
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const code = `CODE${round}`;
      const steppingDown = round === ROUNDS / 2 ? stepDown() : undefined;
      // A claim is not repeated: one whose answer was lost is held, and reported.
      const claims = await Promise.all(stores.map((store) => store.claim('1', [code]).catch(() => undefined)));
      const owners = claims.flatMap((result, index) => (result?.claim === undefined ? [] : [{ claim: result.claim, index }]));
      expect(owners.length, code).toBeLessThanOrEqual(1);
      for (const { claim, index } of owners) {
        await insist(() => stores[index]!.confirm(claim));
        acknowledged.push(code);
      }
      await steppingDown;
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS / 2);
    for (const store of stores) expect(await insist(() => store.filterUnsent('1', acknowledged))).toEqual([]);
  });
});
