import { Long, MongoBulkWriteError, type Collection, type Document } from 'mongodb';
import { expect, it } from 'vitest';
import { describeEachServer } from '../each-server.js';

interface Entry extends Document {
  _id: string;
}

describeEachServer('Inserts', ({ database, isInProcess }) => {
  it('a second document of one _id is refused with 11000 and the key', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne({ _id: 'a', n: 1 });
    const error: unknown = await entries.insertOne({ _id: 'a', n: 2 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 11000, message: expect.stringContaining('E11000 duplicate key error') as string });
    if (isInProcess) {
      expect(error).toMatchObject({
        keyPattern: { _id: 1 },
        keyValue: { _id: 'a' },
        message: expect.stringMatching(
          /^E11000 duplicate key error collection: \w+\.entries index: _id_ dup key: \{ _id: "a" \}$/,
        ) as string,
      });
    }
    expect(await entries.find().toArray()).toEqual([{ _id: 'a', n: 1 }]);
  });

  it.each([
    { ordered: false, stored: ['a', 'b', 'c', 'd'] },
    { ordered: true, stored: ['a', 'b'] },
  ])('with ordered: $ordered, duplicates leave $stored', async ({ ordered, stored }) => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne({ _id: 'a' });
    const error: unknown = await entries
      .insertMany([{ _id: 'b' }, { _id: 'a' }, { _id: 'c' }, { _id: 'b' }, { _id: 'd' }], { ordered })
      .catch((reason: unknown) => reason);
    if (!(error instanceof MongoBulkWriteError)) throw new Error('no bulk write error');
    expect(error.result.insertedCount).toBe(stored.length - 1);
    expect(error.result.getWriteErrors().map(({ index, code }) => ({ index, code }))).toEqual(
      ordered ? [{ index: 1, code: 11000 }] : [1, 3].map((index) => ({ index, code: 11000 })),
    );
    expect((await entries.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual(stored);
  });
});

describeEachServer('Updates by modifiers', ({ database }) => {
  const before: Entry = {
    _id: 'x',
    n: 1,
    big: Long.fromString('9007199254740993'),
    codes: ['A', 'B', 'A'],
    entries: [{ code: 'A' }, { code: 'B' }],
    claim: { token: 't', keep: 1 },
    nothing: null,
  };
  const run = async (entries: Collection<Entry>, update: object): Promise<unknown> => {
    await entries.insertOne(before);
    await entries.updateOne({ _id: 'x' }, update);
    return entries.findOne({ _id: 'x' }, { promoteLongs: false, projection: { _id: 0 } });
  };
  const { _id, ...old } = before;
  const cases: [string, object, object][] = [
    [
      '$set',
      { $set: { n: 2, added: 'new', 'claim.token': 'u', 'deep.er': 1 } },
      { ...old, n: 2, added: 'new', claim: { token: 'u', keep: 1 }, deep: { er: 1 } },
    ],
    ['$set of a document replaces it', { $set: { claim: { token: 'u' } } }, { ...old, claim: { token: 'u' } }],
    ['$set does not evaluate', { $set: { n: '$$NOW', claim: { $literal: 1 } } }, { ...old, n: '$$NOW', claim: { $literal: 1 } }],
    [
      '$unset',
      { $unset: { claim: '', 'nothing.here': '', other: '' } },
      (({ claim: _, ...rest }) => rest)(old as { claim: unknown }),
    ],
    ['$inc', { $inc: { n: 2, big: 1, fresh: 1.5 } }, { ...old, n: 3, big: Long.fromString('9007199254740994'), fresh: 1.5 }],
    ['$inc beyond int32', { $inc: { n: 2_147_483_647 } }, { ...old, n: Long.fromString('2147483648') }],
    ['$setOnInsert does nothing to a document that exists', { $setOnInsert: { n: 9 } }, old],
    ['$addToSet', { $addToSet: { codes: 'A', fresh: 'F' } }, { ...old, fresh: ['F'] }],
    [
      '$addToSet with $each',
      { $addToSet: { codes: { $each: ['B', 'C', 'D', 'C'] } } },
      { ...old, codes: ['A', 'B', 'A', 'C', 'D'] },
    ],
    [
      '$addToSet at a new path',
      { $addToSet: { 'sent.1406122908476112956': { $each: ['A'] } } },
      { ...old, sent: { '1406122908476112956': ['A'] } },
    ],
    ['$pull of a value', { $pull: { codes: 'A' } }, { ...old, codes: ['B'] }],
    ['$pull with $in', { $pull: { codes: { $in: ['B', 'Z'] } } }, { ...old, codes: ['A', 'A'] }],
    ['$pull of documents', { $pull: { entries: { code: 'A' } } }, { ...old, entries: [{ code: 'B' }] }],
    ['$pullAll', { $pullAll: { codes: ['A', 'Z'], none: ['A'] } }, { ...old, codes: ['B'] }],
  ];
  it.each(cases)('%s', async (_, update, expected) => {
    expect(await run((await database()).collection<Entry>('entries'), update)).toEqual(expected);
  });

  const refused: [string, object][] = [
    ['two operators on one path', { $set: { n: 1 }, $inc: { n: 1 } }],
    ['operators on a path and a part of it', { $set: { claim: {} }, $unset: { 'claim.token': '' } }],
    ['a field of a scalar', { $set: { 'n.x': 1 } }],
    ['a field of null', { $set: { 'nothing.x': 1 } }],
    ['$addToSet to a scalar', { $addToSet: { n: 1 } }],
    ['$addToSet to null', { $addToSet: { nothing: 1 } }],
    ['$inc of a string', { $inc: { 'claim.token': 1 } }],
    ['another _id', { $set: { _id: 'y' } }],
  ];
  it.each(refused)('%s is refused and changes nothing', async (_, update) => {
    const entries = (await database()).collection<Entry>('entries');
    await expect(run(entries, update)).rejects.toThrow();
    expect(await entries.find({}, { promoteLongs: false }).toArray()).toEqual([before]);
  });

  it('matched and modified are counted apart', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertMany([{ _id: 'a', n: 1 }, { _id: 'b', n: 2 }, { _id: 'c' }]);
    expect(await entries.updateMany({ n: { $exists: true } }, { $set: { n: 2 } })).toMatchObject({
      matchedCount: 2,
      modifiedCount: 1,
    });
    expect(await entries.updateOne({ _id: 'no' }, { $set: { n: 2 } })).toMatchObject({
      matchedCount: 0,
      modifiedCount: 0,
      upsertedCount: 0,
    });
    expect(await entries.replaceOne({ _id: 'a' }, { z: 1 })).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    expect(await entries.findOne({ _id: 'a' })).toEqual({ _id: 'a', z: 1 });
  });
});

describeEachServer('Deletes', ({ database }) => {
  it('by range, by $in, by $expr, by $exists, one or all', async () => {
    const entries = (await database()).collection<Entry>('entries');
    const ids = async (): Promise<string[]> => (await entries.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    await entries.insertMany(['1:A', '1:B', '10:A', '2:A', '3:A'].map((_id, n) => ({ _id, n })));
    await entries.insertOne({ _id: '4:A' });
    expect(await entries.deleteMany({ _id: { $gte: '1:', $lt: '1;' } })).toMatchObject({ deletedCount: 2 });
    expect(await ids()).toEqual(['10:A', '2:A', '3:A', '4:A']);
    await entries.deleteMany({ n: { $exists: false } });
    await entries.deleteMany({ _id: { $in: ['2:A', 'no'] } });
    await entries.deleteMany({ $expr: { $gt: ['$n', 3] }, n: { $lt: 4 } });
    expect(await ids()).toEqual(['10:A', '3:A']);
    await entries.deleteOne({ $or: [{ _id: '10:A' }, { n: 4 }] });
    expect(await entries.countDocuments()).toBe(1);
    await entries.insertOne({ _id: '10:A', again: true });
    expect(await entries.countDocuments({ _id: { $gte: '10:', $lt: '10;' }, again: true })).toBe(1);
  });
});

describeEachServer('findAndModify', ({ database }) => {
  it('returns the document before or after, projected; updates, inserts and removes', async () => {
    const entries = (await database()).collection<Entry>('entries');
    expect(await entries.findOneAndUpdate({ _id: 'a' }, { $set: { n: 1 } })).toBeNull();
    expect(await entries.findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } }, { upsert: true })).toBeNull();
    expect(await entries.findOneAndUpdate({ _id: 'a' }, [{ $set: { n: { $add: ['$n', 1] } } }])).toEqual({ _id: 'a', n: 1 });
    expect(
      await entries.findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 } }, { returnDocument: 'after', projection: { _id: 0 } }),
    ).toEqual({ n: 3 });
    expect(await entries.findOneAndUpdate({ _id: 'b' }, { $set: { n: 9 } }, { upsert: true, returnDocument: 'after' })).toEqual({
      _id: 'b',
      n: 9,
    });
    expect(await entries.findOneAndReplace({ _id: 'b' }, { m: 1 }, { returnDocument: 'after' })).toEqual({ _id: 'b', m: 1 });
    expect(await entries.findOneAndDelete({}, { sort: { _id: -1 } })).toEqual({ _id: 'b', m: 1 });
    expect(await entries.findOneAndDelete({ _id: 'b' })).toBeNull();
    const raw = await entries.findOneAndUpdate({ _id: 'c' }, { $set: { n: 1 } }, { upsert: true, includeResultMetadata: true });
    expect(raw.lastErrorObject).toMatchObject({ n: 1, updatedExisting: false, upserted: 'c' });
  });
});
