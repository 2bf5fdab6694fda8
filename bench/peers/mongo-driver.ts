import type { CountingClient } from '../tools/mongo.js';
import { sentDocument, type Document, type MongoPeer } from './mongo-peer.js';

const durable = { writeConcern: { w: 'majority', journal: true } } as const;

/** The least that a batch can cost: one `find` and one `insertMany`. Right only where nobody else writes. */
export function driver(name: string, { db, commands }: CountingClient): MongoPeer {
  const collection = db.collection<Document>('sent_giftcodes');
  const find = (guildId: string, codes: readonly string[]): Promise<Document[]> => {
    const ids = codes.map((code) => `${guildId}:${code}`);
    return collection.find({ _id: { $in: [...ids, guildId] } }, { batchSize: ids.length + 2 }).toArray();
  };
  return {
    ...{ name, commands },
    mark: async (guildId, codes) => {
      await find(guildId, codes);
      const documents = codes.map((code) => sentDocument(guildId, code));
      await collection.insertMany(documents, { ordered: false, ...durable });
    },
    unknown: async (guildId, codes) => {
      const known = new Set((await find(guildId, codes)).map(({ _id }) => _id));
      return codes.filter((code) => !known.has(`${guildId}:${code}`));
    },
    upsert: (guildId, codes) =>
      collection.bulkWrite(
        codes.map((code) => {
          const { _id, ...fields } = sentDocument(guildId, code);
          return { updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true } };
        }),
        { ordered: false, ...durable },
      ),
    close: () => undefined,
  };
}

/** As the bots do that this package replaces: a command for each code. */
export function oneByOne(name: string, { db, commands }: CountingClient): MongoPeer {
  const collection = db.collection<Document>('sent_giftcodes');
  return {
    ...{ name, commands, slow: ['mark', 'unknown'] },
    mark: async (guildId, codes) => {
      for (const code of codes) {
        const { _id, ...fields } = sentDocument(guildId, code);
        await collection.updateOne({ _id }, { $set: fields }, { upsert: true });
      }
    },
    unknown: async (guildId, codes) => {
      const missing: string[] = [];
      for (const code of codes) if ((await collection.findOne({ _id: `${guildId}:${code}` })) === null) missing.push(code);
      return missing;
    },
    close: () => undefined,
  };
}
