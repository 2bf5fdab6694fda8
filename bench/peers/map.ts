import type { Package } from '../tools/packages.js';
import type { OpenPeer } from './peer.js';

export const MAP = 'Map';

/** The least that a look-up can cost: a Map of Sets in memory. It normalises each code, as a store has to. */
export function openMap({ normalizeCode }: Package): OpenPeer {
  const guilds = new Map<string, Set<string>>();
  return async () => ({
    name: MAP,
    mark: (guildId, codes) => {
      const known = guilds.get(guildId) ?? new Set();
      guilds.set(guildId, known);
      for (const code of codes) known.add(normalizeCode(code));
    },
    unknown: (guildId, codes) => codes.filter((code) => guilds.get(guildId)?.has(normalizeCode(code)) !== true),
    close: () => guilds.clear(),
  });
}
