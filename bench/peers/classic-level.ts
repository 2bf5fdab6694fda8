import type { OpenPeer } from './peer.js';

/** LevelDB, one synced batch for each call. */
export const openClassicLevel: OpenPeer = async (path) => {
  const { ClassicLevel } = await import('classic-level');
  const database = new ClassicLevel(path);
  await database.open();
  const value = (): string => `["auto",${Date.now()}]`;
  return {
    name: 'classic-level',
    mark: (guildId, codes) =>
      database.batch(
        codes.map((code) => ({ type: 'put', key: `${guildId}:${code}`, value: value() })),
        { sync: true },
      ),
    unknown: async (guildId, codes) => {
      const found = await database.getMany(codes.map((code) => `${guildId}:${code}`));
      return codes.filter((_, index) => found[index] === undefined);
    },
    close: () => database.close(),
  };
};
