import type { OpenPeer } from './peer.js';

type Sent = Record<string, Record<string, readonly [string, number]>>;

/** One JSON file, written as a whole at each call. It does not sync, so a power failure may take what was acknowledged. */
export const openLowdb: OpenPeer = async (path) => {
  const { JSONFilePreset } = await import('lowdb/node');
  const database = await JSONFilePreset<Sent>(path, {});
  return {
    name: 'lowdb (no sync)',
    rewrites: true,
    mark: (guildId, codes) => {
      const known = (database.data[guildId] ??= {});
      for (const code of codes) known[code] = ['auto', Date.now()];
      return database.write();
    },
    unknown: (guildId, codes) => codes.filter((code) => database.data[guildId]?.[code] === undefined),
    close: () => undefined,
  };
};
