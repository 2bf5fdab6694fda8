import type { MongoBench } from '../tools/mongo.js';
import type { MongoPeer } from './mongo-peer.js';

/** A general key-value store. Its collection holds what this run has marked, and nothing else. The adapter counts no commands. */
export async function keyv(name: string, { uri, database, isOwn }: MongoBench): Promise<MongoPeer> {
  if (isOwn) throw new Error('its unique index is more than the server of the tests knows: name another in MONGODB_URI');
  const [{ Keyv }, { KeyvMongo }] = await Promise.all([import('keyv'), import('@keyv/mongo')]);
  const store = new Keyv({ store: new KeyvMongo({ url: uri, db: database, collection: 'keyv' }) });
  store.on('error', (error: unknown) => {
    throw error;
  });
  return {
    ...{ name, slow: ['mark'] },
    commands: () => 0,
    mark: (guildId, codes) => store.setMany(codes.map((code) => ({ key: `${guildId}:${code}`, value: ['auto', Date.now()] }))),
    unknown: async (guildId, codes) => {
      const found = await store.getMany(codes.map((code) => `${guildId}:${code}`));
      return codes.filter((_, index) => found[index] === undefined);
    },
    close: () => store.disconnect(),
  };
}
