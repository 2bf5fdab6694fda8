import type { OpenPeer } from './peer.js';

/** A call resolves with the commit that is on the disk, and calls of one turn share it. With `overlappingSync` it took ten times as long. */
export const openLmdb: OpenPeer = async (path) => {
  const { open } = await import('lmdb');
  const database = open<readonly [string, number], string>({ path, overlappingSync: false });
  return {
    name: 'lmdb',
    mark: (guildId, codes) => Promise.all(codes.map((code) => database.put(`${guildId}:${code}`, ['auto', Date.now()]))),
    unknown: (guildId, codes) => codes.filter((code) => !database.doesExist(`${guildId}:${code}`)),
    close: () => database.close(),
  };
};
