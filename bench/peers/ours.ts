import type { Package } from '../tools/packages.js';
import type { OpenPeer } from './peer.js';

export function openOurs(name: string, { JsonFileStore }: Package): OpenPeer {
  return async (path) => {
    const store = new JsonFileStore({ path });
    await store.ping();
    return {
      name,
      mark: (guildId, codes) => store.markSent(guildId, codes),
      unknown: (guildId, codes) => store.filterUnsent(guildId, codes),
      close: () => store.close(),
    };
  };
}
