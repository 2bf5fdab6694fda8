import type { Package } from '../tools/packages.js';
import { openSqlite } from './better-sqlite3.js';
import { openClassicLevel } from './classic-level.js';
import { openLmdb } from './lmdb.js';
import { openLowdb } from './lowdb.js';
import { MAP, openMap } from './map.js';
import type { OpenPeer } from './peer.js';
import { openRaw, RAW } from './raw.js';

/** Everything that is measured beside the JSON file. A function of the package, because the Map normalises with it. */
export function localPeers(library: Package): readonly (readonly [name: string, open: OpenPeer])[] {
  return [
    [RAW, openRaw],
    [MAP, openMap(library)],
    ['better-sqlite3', openSqlite],
    ['lmdb', openLmdb],
    ['classic-level', openClassicLevel],
    ['lowdb', openLowdb],
  ];
}
