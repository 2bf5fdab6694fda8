import fc from 'fast-check';
import { MongoClient, type AnyBulkWriteOperation, type Collection, type Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, freshDatabase, ownServer, server } from '../connect.js';

interface Entry extends Document {
  _id: string;
}

const isAlone = server.kind === 'in-process';
if (isAlone) console.log('mongo-server-random: not run, there is no second server to compare with (set MONGODB_URI)');

const id = fc.constantFrom('1:A', '1:B', '1:C', '10:A', '2:A', '1');
const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('x', 'y', null, true),
  fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms)),
);
const field = fc.constantFrom('a', 'b', 'claim.token', 'claim.until');
const reference = fc.oneof(
  field.map((name) => `$${name}`),
  value.map((literal) => ({ $literal: literal })),
);
const comparison = fc
  .tuple(fc.constantFrom('$eq', '$ne', '$lt', '$lte', '$gt', '$gte'), reference, reference)
  .map(([operator, a, b]) => ({ [operator]: [a, b] }));
const condition = fc.oneof(
  comparison,
  fc.tuple(comparison, comparison).map((both) => ({ $and: both })),
  fc.tuple(comparison, comparison).map((both) => ({ $or: both })),
  comparison.map((inner) => ({ $not: [inner] })),
  field.map((name) => ({ $eq: [{ $type: `$${name}` }, 'missing'] })),
);
const idFilter = fc.oneof(
  id.map((_id) => ({ _id })),
  fc.array(id, { maxLength: 4 }).map((ids) => ({ _id: { $in: ids } })),
  fc.tuple(id, id).map(([low, high]) => ({ _id: { $gte: low, $lt: high } })),
);
const fieldFilter = fc.oneof(
  fc.tuple(field, value).map(([name, operand]) => ({ [name]: operand })),
  fc
    .tuple(field, fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne'), value)
    .map(([name, operator, operand]) => ({ [name]: { [operator]: operand } })),
  fc.tuple(field, fc.boolean()).map(([name, exists]) => ({ [name]: { $exists: exists } })),
  condition.map((expression) => ({ $expr: expression })),
);
const filter: fc.Arbitrary<Document> = fc.oneof(
  idFilter,
  fieldFilter,
  fc.tuple(idFilter, fieldFilter).map((both) => ({ $and: both })),
  fc.tuple(idFilter, fieldFilter).map((both) => ({ $or: both })),
);
const modifiers: fc.Arbitrary<Document> = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b'), value).map(([name, operand]) => ({ $set: { [name]: operand } })),
  fc.tuple(value, value).map(([token, a]) => ({ $set: { 'claim.token': token }, $setOnInsert: { a } })),
  field.map((name) => ({ $unset: { [name]: '' } })),
  fc.integer({ min: 1, max: 3 }).map((by) => ({ $inc: { n: by } })),
  // An empty $each makes an empty array in mongod, and nothing in DocumentDB.
  fc.array(value, { minLength: 1, maxLength: 3 }).map((items) => ({ $addToSet: { list: { $each: items } } })),
  value.map((item) => ({ $pull: { list: item } })),
);
const stage = fc.oneof(
  fc
    .tuple(field, condition, reference, reference)
    .map(([name, when, yes, no]) => ({ $set: { [name]: { $cond: [when, yes, no] } } })),
  fc.tuple(fc.constantFrom('a', 'claim'), reference).map(([name, other]) => ({ $set: { [name]: { $ifNull: [other, '$b'] } } })),
  reference.map((token) => ({ $set: { claim: { token } } })),
  field.map((name) => ({ $unset: name })),
  fc
    .tuple(reference, condition)
    .map(([a, when]) => ({ $replaceWith: { $mergeObjects: ['$$ROOT', { $cond: [when, { a }, {}] }] } })),
);
const update: fc.Arbitrary<Document> = fc.oneof(modifiers, fc.array(stage, { minLength: 1, maxLength: 3 }));
const statement: fc.Arbitrary<AnyBulkWriteOperation<Entry>> = fc.oneof(
  fc.tuple(id, value).map(([_id, a]) => ({ insertOne: { document: { _id, a } } })),
  fc.tuple(id, update, fc.boolean()).map(([_id, change, upsert]) => ({ updateOne: { filter: { _id }, update: change, upsert } })),
  fc.tuple(id, fieldFilter, update).map(([_id, other, change]) => ({ updateOne: { filter: { _id, ...other }, update: change } })),
  fc.tuple(filter, modifiers).map(([which, change]) => ({ updateMany: { filter: which, update: change } })),
  id.map((_id) => ({ deleteOne: { filter: { _id } } })),
  fc.tuple(idFilter, fieldFilter).map(([a, b]) => ({ deleteMany: { filter: { $and: [a, b] } } })),
);

/** Writes, then reads everything back: which statements failed, what is stored, and what each filter finds. */
async function play(entries: Collection<Entry>, history: AnyBulkWriteOperation<Entry>[], filters: Document[]): Promise<unknown> {
  await entries.deleteMany({});
  const outcomes: unknown[] = [];
  for (const operation of history) {
    const outcome = await entries.bulkWrite([operation]).then(
      // Without modifiedCount: DocumentDB counts a $replaceWith that changes nothing, mongod does not.
      ({ insertedCount, matchedCount, upsertedCount, deletedCount }) => [
        insertedCount,
        matchedCount,
        upsertedCount,
        deletedCount,
      ],
      (error: unknown) => ((error as { code?: unknown }).code === 11000 ? 'duplicate' : 'refused'),
    );
    outcomes.push(outcome);
  }
  const stored = await entries.find().sort({ _id: 1 }).toArray();
  const found: unknown[] = [];
  for (const which of filters)
    found.push(
      (
        await entries
          .find(which, { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .toArray()
      ).map(({ _id }) => _id),
    );
  return { outcomes, stored, found };
}

describe.skipIf(isAlone)('The in-process server and the server of the run', () => {
  let own: Collection<Entry>;
  let other: Collection<Entry>;
  let client: MongoClient;
  beforeAll(async () => {
    client = await new MongoClient((await ownServer()).uri).connect();
    own = client.db('random').collection<Entry>('entries');
    other = (await connect()).db(freshDatabase()).collection<Entry>('entries');
  });
  afterAll(() => client.close());

  it('agree on random histories: same outcomes, same documents, same answers', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(statement, { minLength: 1, maxLength: 12 }),
        fc.array(filter, { maxLength: 3 }),
        async (history, filters) => {
          expect(await play(own, history, filters)).toEqual(await play(other, history, filters));
        },
      ),
      { numRuns: Number(process.env['MONGO_RANDOM_RUNS'] ?? 100) },
    );
  });
});
