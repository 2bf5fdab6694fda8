import type { AnyBulkWriteOperation, UpdateFilter } from 'mongodb';
import { expect, it } from 'vitest';
import { describeEachServer } from '../each-server.js';

interface Entry {
  _id: string;
  [field: string]: unknown;
}

describeEachServer('Updates by pipeline', ({ database, isInProcess }) => {
  const before: Entry = {
    _id: 'x',
    n: 1,
    claim: { token: 't', keep: 1, until: new Date(5000) },
    codes: ['A'],
    sent_at: new Date(1000),
  };
  const { _id, ...old } = before;
  const cases: [string, object[], object][] = [
    [
      '$set of a nested document merges into it',
      [{ $set: { claim: { token: 'u' } } }],
      { ...old, claim: { token: 'u', keep: 1, until: new Date(5000) } },
    ],
    [
      '$set of a literal document replaces it',
      [{ $set: { claim: { $literal: { token: 'u' } } } }],
      { ...old, claim: { token: 'u' } },
    ],
    [
      '$set of a missing field removes it',
      [{ $set: { claim: '$nothing', n: '$$REMOVE' } }],
      { codes: ['A'], sent_at: new Date(1000) },
    ],
    ['all fields of a stage see the document before it', [{ $set: { n: 5, copy: '$n' } }], { ...old, n: 5, copy: 1 }],
    ['stages see the one before', [{ $set: { n: 5 } }, { $set: { copy: '$n' } }], { ...old, n: 5, copy: 5 }],
    [
      '$unset',
      [{ $unset: ['claim.token', 'codes'] }],
      { n: 1, claim: { keep: 1, until: new Date(5000) }, sent_at: new Date(1000) },
    ],
    [
      '$project',
      [{ $project: { n: 1, 'claim.token': 1, double: { $add: ['$n', '$n'] } } }],
      { n: 1, claim: { token: 't' }, double: 2 },
    ],
    ['$replaceWith keeps the _id', [{ $replaceWith: { a: '$n' } }], { a: 1 }],
    [
      '$replaceWith of $mergeObjects',
      [{ $replaceWith: { $mergeObjects: ['$$ROOT', { n: 2, gone: '$nothing' }] } }],
      { ...old, n: 2 },
    ],
    [
      '$mergeObjects does not take a missing field for a removal',
      [{ $set: { claim: { $mergeObjects: ['$claim', { keep: '$nothing' }] } } }],
      old,
    ],
    [
      '$cond',
      [{ $set: { n: { $cond: [{ $gt: ['$n', 0] }, 'yes', 'no'] }, m: { $cond: { if: '$no', then: 1, else: 2 } } } }],
      { ...old, n: 'yes', m: 2 },
    ],
    [
      '$type',
      [{ $set: { a: { $type: '$nothing' }, b: { $type: '$sent_at' }, c: { $type: '$n' } } }],
      { ...old, a: 'missing', b: 'date', c: 'int' },
    ],
    [
      '$and, $or and $not',
      [{ $set: { a: { $and: [1, '$n'] }, b: { $or: [0, '$no'] }, c: { $not: ['$no'] }, d: { $not: [''] } } }],
      { ...old, a: true, b: false, c: true, d: false },
    ],
    ['$ifNull', [{ $set: { a: { $ifNull: ['$nothing', '$n'] } } }], { ...old, a: 1 }],
    ['$literal', [{ $set: { a: { $literal: ['$n', '$$NOW'] } } }], { ...old, a: ['$n', '$$NOW'] }],
    ['$in', [{ $set: { a: { $in: ['A', '$codes'] }, b: { $in: ['$n', [2, 3]] } } }], { ...old, a: true, b: false }],
    [
      '$add and $subtract with dates',
      [
        {
          $set: {
            a: { $add: ['$sent_at', 500] },
            b: { $subtract: ['$claim.until', '$sent_at'] },
            c: { $subtract: ['$sent_at', 1000] },
          },
        },
      ],
      { ...old, a: new Date(1500), b: 4000, c: new Date(0) },
    ],
    ['$add with null or a missing field is null', [{ $set: { a: { $add: [1, '$nothing'] } } }], { ...old, a: null }],
    [
      '$dateAdd',
      [
        {
          $set: {
            a: { $dateAdd: { startDate: '$sent_at', unit: 'minute', amount: 2 } },
            b: { $dateAdd: { startDate: '$no', unit: 'day', amount: 2 } },
          },
        },
      ],
      { ...old, a: new Date(121_000), b: null },
    ],
    [
      '$max and $min of several',
      [{ $set: { a: { $max: ['$n', 5] }, b: { $min: ['$sent_at', '$claim.until'] } } }],
      { ...old, a: 5, b: new Date(1000) },
    ],
    [
      'arrays',
      [
        {
          $set: {
            a: { $concatArrays: ['$codes', ['B']] },
            b: { $setUnion: ['$codes', ['A']] },
            c: { $setDifference: ['$codes', ['A']] },
            d: ['$n', '$no'],
          },
        },
      ],
      { ...old, a: ['A', 'B'], b: ['A'], c: [], d: [1, null] },
    ],
    ['$$ROOT', [{ $set: { a: '$$ROOT.claim.token' } }], { ...old, a: 't' }],
    [
      'a comparison of types: null is less than every date, missing less than null',
      [{ $set: { a: { $lt: [null, '$sent_at'] }, b: { $lt: ['$no', null] }, c: { $gt: ['text', 7] } } }],
      { ...old, a: true, b: true, c: true },
    ],
    [
      '$switch and $let',
      [
        {
          $set: {
            a: {
              $let: {
                vars: { v: '$n' },
                in: { $switch: { branches: [{ case: { $eq: ['$$v', 1] }, then: 'one' }], default: 'other' } },
              },
            },
          },
        },
      ],
      { ...old, a: 'one' },
    ],
  ];
  it.each(cases)('%s', async (_, pipeline, expected) => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne(before);
    await entries.updateOne({ _id: 'x' }, pipeline);
    expect(await entries.findOne({ _id: 'x' }, { projection: { _id: 0 } })).toEqual(expected);
  });

  it('a missing field in a nested document is no field, and null in an array', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne(before);
    await entries.updateOne({ _id: 'x' }, [
      { $set: { c: { $ifNull: [{ token: '$claim.token', gone: '$nothing' }, 0] }, d: [['$nothing']] } },
    ]);
    expect(await entries.countDocuments({ c: { token: 't' } })).toBe(1);
    expect(await entries.findOne({ d: [[null]] }, { projection: { c: 1, d: 1, _id: 0 } })).toEqual({
      c: { token: 't' },
      d: [[null]],
    });
  });

  it('$$NOW is one instant for all expressions of a command', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.updateOne({ _id: 'x' }, [{ $set: { a: '$$NOW' } }, { $set: { b: { $subtract: ['$$NOW', '$a'] } } }], {
      upsert: true,
    });
    expect((await entries.findOne({ _id: 'x' }))?.['b']).toBe(0);
  });

  it.runIf(isInProcess)(
    '$$NOW is one instant for all documents of a command (DocumentDB refuses it in an update of many)',
    async () => {
      const entries = (await database()).collection<Entry>('entries');
      await entries.insertMany(Array.from({ length: 50 }, (_, i) => ({ _id: String(i) })));
      await entries.updateMany({}, [{ $set: { a: '$$NOW' } }]);
      expect(await entries.distinct('a')).toHaveLength(1);
    },
  );

  it.each([
    ['a stage that no update has', [{ $group: { _id: 1 } }]],
    ['another _id', [{ $set: { _id: 'y' } }]],
    ['an unknown expression', [{ $set: { a: { $noSuchOperator: 1 } } }]],
    ['$size of something else', [{ $set: { a: { $size: '$nothing' } } }]],
  ])('%s is refused and changes nothing', async (_, pipeline) => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne(before);
    await expect(entries.updateOne({ _id: 'x' }, pipeline)).rejects.toThrow();
    expect(await entries.find().toArray()).toEqual([before]);
  });
});

describeEachServer('Upserts', ({ database }) => {
  const cases: [string, object, UpdateFilter<Entry> | object[], object][] = [
    [
      'modifiers, with the equalities of the filter',
      { _id: 'x', kind: 'a', n: { $gt: 1 } },
      { $set: { s: 1 }, $setOnInsert: { i: 1 } },
      { _id: 'x', kind: 'a', s: 1, i: 1 },
    ],
    [
      '$eq and $and count as equalities',
      { $and: [{ _id: { $eq: 'x' } }, { 'a.b': 1 }] },
      { $set: { s: 1 } },
      { _id: 'x', a: { b: 1 }, s: 1 },
    ],
    [
      'a pipeline',
      { _id: 'x', claim: { $exists: false } },
      [{ $set: { fresh: { $eq: [{ $type: '$token' }, 'missing'] }, token: 't' } }],
      { _id: 'x', fresh: true, token: 't' },
    ],
  ];
  it.each(cases)('%s', async (_, filter, update, expected) => {
    const entries = (await database()).collection<Entry>('entries');
    expect(await entries.updateOne(filter, update as UpdateFilter<Entry>, { upsert: true })).toMatchObject({
      upsertedCount: 1,
      upsertedId: 'x',
      matchedCount: 0,
    });
    expect(await entries.find().toArray()).toEqual([expected]);
  });

  it('a document that exists and does not match the filter is a duplicate key', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne({ _id: 'x', sent: true });
    await expect(
      entries.updateOne({ _id: 'x', sent: { $exists: false } }, { $set: { a: 1 } }, { upsert: true }),
    ).rejects.toMatchObject({ code: 11000 });
    expect(await entries.find().toArray()).toEqual([{ _id: 'x', sent: true }]);
  });

  it('an $expr in the filter is refused', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await expect(entries.updateOne({ _id: 'x', $expr: { $eq: [1, 1] } }, { $set: { a: 1 } }, { upsert: true })).rejects.toThrow();
  });

  it('an unordered bulk runs every statement and reports each upsert by its index', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne({ _id: 'b', n: 0 });
    const statements: AnyBulkWriteOperation<Entry>[] = ['a', 'b', 'c'].map((_id) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: { n: 1 } }, upsert: true },
    }));
    const result = await entries.bulkWrite(
      [...statements, { insertOne: { document: { _id: 'd' } } }, { deleteOne: { filter: { _id: 'b' } } }],
      { ordered: false },
    );
    expect(result).toMatchObject({
      upsertedCount: 2,
      upsertedIds: { 0: 'a', 2: 'c' },
      matchedCount: 1,
      modifiedCount: 0,
      insertedCount: 1,
      deletedCount: 1,
    });
    expect(await entries.find().sort({ _id: 1 }).toArray()).toEqual([{ _id: 'a', n: 1 }, { _id: 'c', n: 1 }, { _id: 'd' }]);
  });

  it('eight claimants of one key at once: one wins', async () => {
    const entries = (await database()).collection<Entry>('entries');
    for (let round = 0; round < 20; round++) {
      const _id = `key${round}`;
      const claim = (token: string): Promise<unknown> =>
        entries.updateOne(
          { _id },
          [{ $set: { token: { $cond: [{ $eq: [{ $type: '$token' }, 'missing'] }, token, '$token'] }, at: '$$NOW' } }],
          { upsert: true },
        );
      const tokens = Array.from({ length: 8 }, (_, i) => `t${i}`);
      await Promise.allSettled(tokens.map(claim));
      expect(tokens).toContain((await entries.findOne({ _id }))?.['token']);
      expect(await entries.countDocuments({ _id })).toBe(1);
    }
  });
});
