import { Binary, Long, ObjectId } from 'mongodb';
import { expect, it } from 'vitest';
import { connectDriver6, countCommands } from '../connect.js';
import { describeEachServer } from '../each-server.js';

interface Entry {
  _id: string;
  [field: string]: unknown;
}

describeEachServer('Documents keep their BSON types', ({ database, uri, isInProcess }) => {
  it('int64, dates, binary data, object ids, null and nested documents come back as they were written', async () => {
    const entries = (await database()).collection<Entry>('entries');
    const written = {
      _id: 'guild:CODE',
      big: Long.fromString('1406122908476112956'),
      small: Long.fromNumber(5),
      int: 5,
      fraction: 1.5,
      when: new Date('2026-03-01T10:11:12.345Z'),
      bytes: new Binary(Buffer.from([1, 2, 3])),
      id: new ObjectId(),
      nothing: null,
      flags: [true, false],
      nested: { a: { b: ['x', { c: 'ü' }] } },
    };
    await entries.insertOne(written);
    expect(await entries.findOne({ _id: 'guild:CODE' }, { promoteLongs: false })).toEqual(written);
    expect(
      await entries.countDocuments({
        big: { $type: 'long' },
        small: { $type: 'long' },
        int: { $type: 'int' },
        fraction: { $type: 'double' },
      }),
    ).toBe(1);
  });

  it('numbers are equal by value, whatever their type', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertMany([
      { _id: 'long', guild_id: Long.fromString('9007199254740993') },
      { _id: 'near', guild_id: Long.fromString('9007199254740992') },
      { _id: 'small', guild_id: Long.fromNumber(7) },
    ]);
    const ids = async (filter: object): Promise<string[]> =>
      (await entries.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
    expect(await ids({ guild_id: Long.fromString('9007199254740993') })).toEqual(['long']);
    expect(await ids({ guild_id: 7 })).toEqual(['small']);
    expect(await ids({ guild_id: { $in: [7, 8] } })).toEqual(['small']);
    expect(await ids({ guild_id: { $gt: 7 } })).toEqual(['long', 'near']);
    expect(await ids({ guild_id: '7' })).toEqual([]);
  });

  it('driver 6 reads what driver 7 wrote, and the other way round', async () => {
    const db = await database();
    const driver6 = await connectDriver6({ uri: uri() });
    const entries6 = driver6.db(db.databaseName).collection<Entry>('entries');
    await db.collection<Entry>('entries').insertOne({ _id: 'seven', n: Long.fromNumber(1) });
    await entries6.updateOne({ _id: 'six' }, [{ $set: { at: '$$NOW' } }], { upsert: true });
    expect((await entries6.findOne({ _id: 'seven' }))?.['n']).toBe(1);
    expect((await db.collection<Entry>('entries').findOne({ _id: 'six' }))?.['at']).toBeInstanceOf(Date);
    if (isInProcess) expect((await driver6.db('admin').command({ buildInfo: 1 }))['gitVersion']).toBe('in-process');
  });
});

describeEachServer('Queries', ({ database }) => {
  const documents: Entry[] = [
    { _id: '1:A', sent_at: new Date(1000), source: 'auto', tags: ['x', 'y'] },
    { _id: '1:B', claim: { token: 't1', until: new Date(5000) } },
    { _id: '1:C', sent_at: null },
    { _id: '10:A', sent_at: '2026-01-01T00:00:00', source: 'api' },
    { _id: '1:é', n: 3 },
    { _id: '1:\u{1F600}', n: 1 },
    { _id: '1:\uFF21', n: 2 },
  ];
  const cases: [string, object, string[]][] = [
    ['one _id', { _id: '1:B' }, ['1:B']],
    ['an _id that only differs in case', { _id: '1:b' }, []],
    ['a list of ids, some unknown, some twice', { _id: { $in: ['1:C', 'no', '1:A', '1:A'] } }, ['1:A', '1:C']],
    ['an empty list', { _id: { $in: [] } }, []],
    [
      'the range of a guild, by bytes of UTF-8',
      { _id: { $gte: '1:', $lt: '1;' } },
      ['1:A', '1:B', '1:C', '1:é', '1:\uFF21', '1:\u{1F600}'],
    ],
    ['a range with bounds beyond ASCII', { _id: { $gt: '1:\uFF21', $lt: '1;' } }, ['1:\u{1F600}']],
    ['an exclusive range', { _id: { $gt: '1:A', $lte: '1:C' } }, ['1:B', '1:C']],
    ['a range with a list inside $and', { $and: [{ _id: { $gte: '1:' } }, { _id: { $in: ['1:A', '0'] } }] }, ['1:A']],
    ['ids in an $or', { $or: [{ _id: '1:A' }, { _id: { $in: ['10:A'] } }] }, ['10:A', '1:A']],
    ['$or over other fields', { $or: [{ source: 'api' }, { n: { $gte: 3 } }] }, ['10:A', '1:é']],
    ['$nor', { $nor: [{ _id: { $gte: '1:' } }, { source: 'nothing' }] }, ['10:A']],
    ['$exists with null', { sent_at: { $exists: true } }, ['10:A', '1:A', '1:C']],
    ['$exists false', { sent_at: { $exists: false } }, ['1:B', '1:é', '1:\uFF21', '1:\u{1F600}']],
    ['null matches null and missing', { sent_at: null, n: { $exists: false } }, ['1:B', '1:C']],
    ['$ne null', { sent_at: { $ne: null } }, ['10:A', '1:A']],
    ['$nin', { source: { $nin: ['auto', null] } }, ['10:A']],
    ['a nested field', { 'claim.token': 't1' }, ['1:B']],
    ['a whole nested document', { claim: { token: 't1', until: new Date(5000) } }, ['1:B']],
    ['a nested document with its fields in another order', { claim: { until: new Date(5000), token: 't1' } }, []],
    ['a range of dates sees neither strings nor null', { sent_at: { $lt: new Date(2000) } }, ['1:A']],
    ['nor missing fields', { 'claim.until': { $lte: new Date(9000) } }, ['1:B']],
    ['a range of dates does not see strings', { sent_at: { $gte: new Date(0) } }, ['1:A']],
    ['$type of several', { sent_at: { $type: ['date', 'string'] } }, ['10:A', '1:A']],
    ['an element of an array', { tags: 'y' }, ['1:A']],
    ['$not', { _id: { $lt: '1;' }, source: { $not: { $eq: 'auto' } }, n: { $exists: false } }, ['10:A', '1:B', '1:C']],
    ['a regular expression', { _id: /^10:/ }, ['10:A']],
    [
      '$expr: a missing field is less than every date',
      { $expr: { $lt: ['$claim.until', '$$NOW'] } },
      documents.map(({ _id }) => _id),
    ],
    ['$expr: missing is not null', { $expr: { $eq: ['$sent_at', null] } }, ['1:C']],
    ['$expr with $type', { $expr: { $eq: [{ $type: '$sent_at' }, 'missing'] } }, ['1:B', '1:é', '1:\uFF21', '1:\u{1F600}']],
  ];
  it.each(cases)('%s', async (_, filter, expected) => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertMany(documents);
    const found = await entries.find(filter).sort({ _id: 1 }).toArray();
    const inOrder = (ids: string[]): string[] => [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(found.map(({ _id }) => _id)).toEqual(inOrder(expected));
    expect(await entries.countDocuments(filter)).toBe(expected.length);
  });

  it('sort, skip and limit, also by several fields and with fields that are missing', async () => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertMany(documents);
    const n = await entries.find().sort({ n: -1, _id: 1 }).limit(4).toArray();
    expect(n.map(({ _id }) => _id)).toEqual(['1:é', '1:\uFF21', '1:\u{1F600}', '10:A']);
    const second = await entries
      .find({ _id: { $lt: '1:Z' } })
      .sort({ _id: -1 })
      .skip(1)
      .limit(2)
      .toArray();
    expect(second.map(({ _id }) => _id)).toEqual(['1:B', '1:A']);
  });

  it('an empty $or is refused', async () => {
    await expect((await database()).collection('entries').find({ $or: [] }).toArray()).rejects.toMatchObject({ code: 2 });
  });
});

describeEachServer('Projections', ({ database }) => {
  const cases: [string, object, object][] = [
    ['fields', { state: 1 }, { _id: 'x', state: 'sent' }],
    ['without _id', { state: 1, _id: 0 }, { state: 'sent' }],
    ['_id only', { _id: 1 }, { _id: 'x' }],
    ['nested fields', { 'claim.until': 1 }, { _id: 'x', claim: { until: new Date(5) } }],
    ['fields left out', { codes: 0, 'claim.token': 0 }, { _id: 'x', state: 'sent', claim: { until: new Date(5) } }],
    ['a computed field', { expired: { $lt: ['$claim.until', '$$NOW'] } }, { _id: 'x', expired: true }],
    ['a comparison with a missing field', { expired: { $lt: ['$nothing', '$$NOW'] } }, { _id: 'x', expired: true }],
    ['a missing field is left out', { copy: '$nothing', other: '$state' }, { _id: 'x', other: 'sent' }],
    [
      '$filter',
      { codes: { $filter: { input: '$codes', cond: { $in: ['$$this', { $literal: ['B', '$C'] }] } } } },
      { _id: 'x', codes: ['B', '$C'] },
    ],
    ['$setIntersection', { codes: { $setIntersection: ['$codes', { $literal: ['A', 'Z'] }] } }, { _id: 'x', codes: ['A'] }],
    ['$size of $ifNull', { n: { $size: { $ifNull: ['$codes', []] } } }, { _id: 'x', n: 3 }],
  ];
  it.each(cases)('%s', async (_, projection, expected) => {
    const entries = (await database()).collection<Entry>('entries');
    await entries.insertOne({ _id: 'x', state: 'sent', claim: { token: 't', until: new Date(5) }, codes: ['A', 'B', '$C'] });
    expect(await entries.findOne({ _id: 'x' }, { projection })).toEqual(expected);
  });
});

describeEachServer('Cursors', ({ database, isInProcess }) => {
  const many = Array.from({ length: 250 }, (_, i): Entry => ({ _id: `1:${String(i).padStart(4, '0')}` }));

  it('without a batch size the first batch has 101 documents and the second the rest', async () => {
    const db = await database();
    const commands = countCommands(db.client);
    await db.collection<Entry>('entries').insertMany(many);
    commands.mark();
    expect(
      await db
        .collection<Entry>('entries')
        .find({ _id: { $gte: '1:', $lt: '1;' } })
        .toArray(),
    ).toHaveLength(250);
    expect(commands.names()).toEqual(['find', 'getMore']);
  });

  it('batches have the size that the client asks for', async () => {
    const db = await database();
    const commands = countCommands(db.client);
    await db.collection<Entry>('entries').insertMany(many);
    commands.mark();
    const found = await db.collection<Entry>('entries').find({}, { batchSize: 120 }).sort({ _id: 1 }).toArray();
    expect(found).toEqual(many);
    expect(commands.names()).toEqual(['find', 'getMore', 'getMore']);
    commands.mark();
    await db.collection<Entry>('entries').find({}, { batchSize: 251 }).toArray();
    expect(commands.names()).toEqual(['find']);
  });

  it('a cursor that is closed early is gone', async () => {
    const db = await database();
    await db.collection<Entry>('entries').insertMany(many);
    const cursor = db.collection<Entry>('entries').find({}, { batchSize: 2 });
    await cursor.next();
    const { id } = cursor;
    await cursor.close();
    await expect(db.command({ getMore: id, collection: 'entries' })).rejects.toMatchObject({ code: 43 });
  });

  it('a limit ends the cursor with its batch', async () => {
    const db = await database();
    const commands = countCommands(db.client);
    await db.collection<Entry>('entries').insertMany(many);
    commands.mark();
    expect(await db.collection<Entry>('entries').find({}, { batchSize: 10 }).limit(10).toArray()).toHaveLength(10);
    expect(commands.names()).toEqual(['find']);
    const { cursor } = await db.command({ find: 'entries', limit: 10, batchSize: 10 });
    expect(Number((cursor as { id: Long | number }).id)).toBe(0);
  });

  it.runIf(isInProcess)(
    'a batch that is just full is not known to be the last one (as in mongod; DocumentDB knows it)',
    async () => {
      const db = await database();
      const commands = countCommands(db.client);
      await db.collection<Entry>('entries').insertMany(many);
      commands.mark();
      expect(await db.collection<Entry>('entries').find({}, { batchSize: 250 }).toArray()).toHaveLength(250);
      expect(commands.names()).toEqual(['find', 'getMore']);
    },
  );
});

describeEachServer('Aggregation', ({ database }) => {
  it('groups, sorts, counts and unwinds', async () => {
    const sent = (await database()).collection<Entry>('sent');
    await sent.insertMany([
      { _id: 'a', guild: '1', source: 'auto', at: new Date(3), n: Long.fromNumber(2), codes: ['X', 'Y'] },
      { _id: 'b', guild: '1', source: 'api', at: new Date(1), n: 5, codes: ['Z'] },
      { _id: 'c', guild: '2', source: 'auto', at: new Date(2) },
    ]);
    expect(
      await sent
        .aggregate([
          { $match: { at: { $exists: true } } },
          { $group: { _id: '$guild', total: { $sum: 1 }, n: { $sum: '$n' }, first: { $min: '$at' }, last: { $max: '$at' } } },
          { $sort: { _id: -1 } },
        ])
        .toArray(),
    ).toEqual([
      { _id: '2', total: 1, n: 0, first: new Date(2), last: new Date(2) },
      { _id: '1', total: 2, n: 7, first: new Date(1), last: new Date(3) },
    ]);
    expect(
      await sent
        .aggregate([{ $unwind: '$codes' }, { $project: { code: '$codes', _id: 0 } }, { $sort: { code: -1 } }, { $limit: 2 }])
        .toArray(),
    ).toEqual([{ code: 'Z' }, { code: 'Y' }]);
    expect(await sent.aggregate([{ $match: { source: 'auto' } }, { $addFields: { x: 1 } }, { $count: 'n' }]).toArray()).toEqual([
      { n: 2 },
    ]);
    expect((await sent.distinct('guild')).sort()).toEqual(['1', '2']);
    expect((await sent.distinct('codes', { guild: '1' })).sort()).toEqual(['X', 'Y', 'Z']);
    expect(await sent.findOne({ _id: 'a' })).toMatchObject({ codes: ['X', 'Y'] });
  });
});

describeEachServer('Collections and databases', ({ database }) => {
  it('are listed, created and dropped; indexes are kept by name', async () => {
    const db = await database();
    await db.createCollection('empty');
    await db.collection('used').insertOne({ a: 1 });
    expect((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort()).toEqual([
      'empty',
      'used',
    ]);
    expect(await db.listCollections({ name: 'used' }).toArray()).toHaveLength(1);
    await db.collection('used').createIndex({ guild_id: 1, sent_at: -1 });
    const names = (await db.collection('used').listIndexes().toArray()).map(({ name }) => String(name));
    expect(names).toEqual(['_id_', 'guild_id_1_sent_at_-1']);
    expect((await db.admin().listDatabases()).databases.map(({ name }) => name)).toContain(db.databaseName);
    await db.collection('used').drop();
    expect(await db.collection('used').countDocuments()).toBe(0);
    await db.dropDatabase();
    expect(await db.listCollections().toArray()).toEqual([]);
  });

  it('a command that does not exist is refused', async () => {
    await expect((await database()).command({ noSuchCommand: 1 })).rejects.toMatchObject({ code: 59 });
  });
});
