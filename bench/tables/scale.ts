import { OURS } from '../tools/packages.js';
import type { Results } from '../tools/results.js';
import { spaced, table } from './markdown.js';

const RECORDS = 1e9;
const GUILDS = 1e5;
const KEYS_PER_COMMAND = 1000;

/** What a billion records take, and what an announcement to a hundred thousand guilds sends. Calculated from what one of each takes. */
export function atAMillion(results: Pick<Results, 'record-size' | 'mongo'>): string {
  const { documentBytes, idIndexBytes, hashedIndexBytes } = results['record-size'].rows[0]!;
  const gigabytes = (bytes: number): string => `${spaced((bytes * RECORDS) / 1e9)} GB`;
  const announced = results.mongo.rows.find(({ who, scenario }) => who === OURS && scenario.startsWith('announce'));
  const lookUps = Math.ceil((GUILDS * 10) / KEYS_PER_COMMAND);
  return [
    table(
      ['', 'one record, bytes', 'a billion'],
      [
        ['document, before compression', documentBytes, gigabytes(documentBytes)],
        ['its entry in the index of `_id`', idIndexBytes, gigabytes(idIndexBytes)],
        ['its entry in the hashed index, where the shard key is hashed', hashedIndexBytes, gigabytes(hashedIndexBytes)],
      ],
    ),
    table(
      ['`announce` of 10 new codes', `${spaced(announced?.size ?? 0)} guilds, counted`, `${spaced(GUILDS)} guilds`],
      [
        ['look-ups, one for each 1 000 keys', '', spaced(lookUps)],
        ['claims, two commands a guild', '', spaced(2 * GUILDS)],
        ['confirmations, one command a guild', '', spaced(GUILDS)],
        ['all', spaced(announced?.commands ?? 0), spaced(lookUps + 3 * GUILDS)],
      ],
    ),
  ].join('\n\n');
}
