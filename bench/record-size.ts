/** Bytes of a record in MongoDB and of its index entries, from the documents that the store writes. Calculated, so the same on every machine. */
import { BSON, type Document } from 'mongodb';
import { codeOf } from './tools/codes.js';
import { startMongo } from './tools/mongo.js';
import { contestants } from './tools/packages.js';
import { writeResult } from './tools/result-file.js';

const GUILD = '1147956569271697518';
/** Nine bytes are the most that a record's number takes in an index of WiredTiger; four are enough for 2^28 records of one shard. */
const RECORD_NUMBER = 5;

const mongo = await startMongo();
const { db } = await mongo.connect();
const { library } = (await contestants())[0]!;
const collection = db.collection('sizes');
const store = new library.MongoStore({ collection });
const [marked, confirmed] = [codeOf(1, 1), codeOf(1, 2)];
await store.markSent(GUILD, [marked]);
const { claim } = await store.claim(GUILD, [confirmed], { target: '1406122908476112956' });
const claimed = await documentOf(confirmed);
await store.confirm(claim!);
const rows = [
  { what: 'marked', ...sizesOf(await documentOf(marked)) },
  { what: 'claimed', ...sizesOf(claimed) },
  { what: 'claimed, then confirmed', ...sizesOf(await documentOf(confirmed)) },
];
await store.close();
await mongo.close();
console.table(rows);
writeResult('record-size', { key: `${GUILD}:${marked}`, rows });

async function documentOf(code: string): Promise<Document> {
  const found = await collection.findOne({ _id: `${GUILD}:${code}` as never });
  if (found === null) throw new Error(`no document of ${code}`);
  return found;
}

/** A key in an index is its type, its characters and an end; a hashed one is its type and 64 bits. */
function sizesOf(document: Document): { documentBytes: number; idIndexBytes: number; hashedIndexBytes: number } {
  return {
    documentBytes: BSON.calculateObjectSize(document),
    idIndexBytes: Buffer.byteLength(String(document['_id'])) + 2 + RECORD_NUMBER,
    hashedIndexBytes: 9 + RECORD_NUMBER,
  };
}
