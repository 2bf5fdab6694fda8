import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MongoClient, type Collection } from 'mongodb';
import { announce } from '../src/delivery/announce.js';
import { MongoStore } from '../src/stores/mongo/mongo-store.js';
import { startMongoServer } from '../test/tools/mongo/server/server.js';

/**
 * What a batch costs, beside one command for each guild or code, which is what the bots that this store replaces do. In turns, in one run, on one
 * collection.
 *
 * `MONGODB_URI=… npx tsx bench/mongo.ts`; without a URI on the in-process server of the tests, whose times say little. Figures also go to
 * bench/results/mongo.json.
 */

const GUILDS = 1000;
const CODES = 10;
const ROUNDS = 5;
/** As many as a round needs for a median: ten thousand single commands take a while. */
const SINGLE = 1000;
/** Marks of so many codes are compared with what the driver itself needs for them, in more rounds: they are short. */
const SIZES = [10, 100, 1000];
const SHORT_ROUNDS = 25;

interface Document {
  readonly _id: string;
}
interface Row {
  readonly what: string;
  /** Median. */
  readonly ms: number;
  readonly commands: number;
  readonly msPer1000Codes: number;
  /** Times what a bare find and insertMany of the same codes take. */
  readonly timesRaw?: number;
}

const given = process.env['MONGODB_URI'];
const server = given === undefined ? await startMongoServer() : undefined;
const client = await new MongoClient(given ?? server?.uri ?? '', { monitorCommands: true }).connect();
let commands = 0;
client.on('commandStarted', () => (commands += 1));
const database = client.db(`bench_${process.pid}`);
try {
  await main();
} finally {
  await database.dropDatabase();
  await client.close();
  await server?.close();
}

async function main(): Promise<void> {
  const collection = database.collection<Document>('sent_giftcodes');
  const store = new MongoStore({ collection });
  const rows: Row[] = [];
  for (const fill of [0, 100_000]) {
    await fillTo(collection, fill);
    rows.push(...(await measure(store, collection)).map((row) => ({ documents: fill, ...row })));
  }
  await store.close();
  const name = server === undefined ? 'MONGODB_URI' : 'in-process server';
  console.log(`node ${process.version}, ${os.type()} ${os.release()}, ${os.cpus().length} cores; ${name}; medians of ${ROUNDS}`);
  console.table(rows);
  const results = path.join(import.meta.dirname, 'results');
  fs.mkdirSync(results, { recursive: true });
  fs.writeFileSync(
    path.join(results, 'mongo.json'),
    `${JSON.stringify({ node: process.version, server: name, rows }, null, 2)}\n`,
  );
}

async function measure(store: MongoStore, collection: Collection<Document>): Promise<Row[]> {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => batchOf(`r${round}-${commands}`));
  const lookUpAll = await timed(rounds, (batch) => store.filterUnsentMany(batch));
  const lookUpEach = await timed(rounds, async (batch) => {
    for (const { guildId, codes } of batch) {
      await collection.find({ _id: { $in: codes.map((code) => `${guildId}:${code}`) } }).toArray();
    }
  });
  const markAll = await timed(rounds, (batch) => store.markSentMany(batch));
  const markEach = await timed(rounds, async (batch) => {
    for (const { guildId, codes } of batch.slice(0, SINGLE / CODES)) {
      for (const code of codes) {
        const filter = { _id: `single-${guildId}:${code}` };
        await collection.updateOne(filter, { $set: { code, sent_at: new Date() } }, { upsert: true });
      }
    }
  });
  const markKnown = await timed(rounds, (batch) => store.markSentMany(batch));
  const message = await timed(rounds, async (batch) => {
    const { claim } = await store.claim(`m${batch[0]?.guildId ?? ''}`, batch[0]?.codes ?? []);
    if (claim !== undefined) await store.confirm(claim);
  });
  const announced = await timed(rounds, async (batch) => {
    const guilds = batch.map(({ guildId }) => `announce-${guildId}`);
    await announce(store, { guilds, codes: batch[0]?.codes ?? [], concurrency: 50, send: async () => undefined });
  });
  const all = GUILDS * CODES;
  return [
    row('look up 1 000 guilds x 10, filterUnsentMany', all, lookUpAll),
    row('the same, one find for each guild', all, lookUpEach),
    row('mark 1 000 guilds x 10, markSentMany', all, markAll),
    row('mark 1 000 codes, one update for each code', SINGLE, markEach),
    row('mark 1 000 guilds x 10 that are known', all, markKnown),
    row('claim and confirm one message of 10 codes', CODES, message),
    row('announce 10 new codes to 1 000 guilds, 50 at a time', all, announced),
    ...(await compareWithRaw(store, collection)),
  ];
}

/** In turns, so that what slows the machine down slows both down. */
async function compareWithRaw(store: MongoStore, collection: Collection<Document>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    const codes = Array.from({ length: size }, (_, code) => `CODE${code}`);
    const ours: Timing[] = [];
    const raw: Timing[] = [];
    for (let round = 0; round < SHORT_ROUNDS; round += 1) {
      const guildId = `${commands}`;
      ours.push(await timed([`ours-${guildId}`], (guild) => store.markSent(guild, codes)));
      raw.push(await timed([`raw-${guildId}`], (guild) => markRaw(collection, guild, codes)));
    }
    const [own, bare] = [medianOf(ours), medianOf(raw)];
    rows.push({ ...row(`mark ${size} new codes, markSent`, size, own), timesRaw: Math.round((own.ms / bare.ms) * 100) / 100 });
    rows.push(row('the same, bare find and insertMany', size, bare));
  }
  return rows;
}

async function markRaw(collection: Collection<Document>, guild: string, codes: readonly string[]): Promise<void> {
  const ids = codes.map((code) => `${guild}:${code}`);
  await collection.find({ _id: { $in: [...ids, guild] } }, { batchSize: ids.length + 2 }).toArray();
  const now = new Date();
  const documents = codes.map((code, index) => ({
    _id: ids[index] ?? '',
    guild_id: guild,
    code,
    source: 'auto',
    sent_at: now,
    created_at: now,
    updated_at: now,
    mark_id: 'as long as one of the store',
  }));
  await collection.insertMany(documents, { ordered: false, writeConcern: { w: 'majority', journal: true } });
}

interface Timing {
  readonly ms: number;
  readonly commands: number;
}

function medianOf(timings: readonly Timing[]): Timing {
  const sorted = [...timings].sort((a, b) => a.ms - b.ms);
  return sorted[Math.floor(sorted.length / 2)] ?? { ms: NaN, commands: 0 };
}

function batchOf(prefix: string): { guildId: string; codes: string[] }[] {
  return Array.from({ length: GUILDS }, (_, guild) => ({
    guildId: `${prefix}-${guild}`,
    codes: Array.from({ length: CODES }, (_, code) => `CODE${code}`),
  }));
}

async function timed<T>(items: readonly T[], run: (item: T) => Promise<unknown>): Promise<Timing> {
  const timings: Timing[] = [];
  for (const item of items) {
    const before = commands;
    const start = performance.now();
    await run(item);
    timings.push({ ms: performance.now() - start, commands: commands - before });
  }
  return medianOf(timings);
}

function row(what: string, codes: number, { ms, commands: sent }: Timing): Row {
  return { what, ms: Math.round(ms * 10) / 10, commands: sent, msPer1000Codes: Math.round((ms / codes) * 10_000) / 10 };
}

async function fillTo(collection: Collection<Document>, count: number): Promise<void> {
  for (let start = 0; start < count; start += 5000) {
    const documents = Array.from({ length: 5000 }, (_, index) => ({ _id: `${start + index}:CODE`, sent_at: new Date() }));
    await collection.insertMany(documents, { ordered: false });
  }
}
