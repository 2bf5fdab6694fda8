/** What a call of the JSON file costs beside embedded databases and the least that it can cost, at four sizes of the store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localPeers } from './peers/all.js';
import { MAP } from './peers/map.js';
import { openOurs } from './peers/ours.js';
import { fill, markTogether, type OpenPeer, type Peer } from './peers/peer.js';
import { RAW } from './peers/raw.js';
import { codesOf, freshCodes, guildOf } from './tools/codes.js';
import { compare, type Contender } from './tools/compare.js';
import { contestants, optional, peerVersions } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import { print, rowsOf, type Row } from './tools/rows.js';

const SIZES = isQuick ? [1e3, 1e5] : [1e3, 1e4, 1e5, 1e6];
const CODES_PER_GUILD = 1e3;
const ROUNDS = isQuick ? 50 : 300;
/** For those that write the whole store at each call. */
const FEW_ROUNDS = 5;
const REWRITE_UP_TO = 1e5;

interface Scenario {
  readonly name: string;
  /** Whose time is 1. */
  readonly limit: string;
  readonly codes: number;
  readonly rounds: number;
  readonly run: (peer: Peer, guildId: string, codes: readonly string[]) => unknown;
}

const scenarios: readonly Scenario[] = [
  { name: 'one mark', limit: RAW, codes: 1, rounds: ROUNDS, run: (peer, guild, codes) => peer.mark!(guild, codes) },
  { name: 'batch of 100 new', limit: RAW, codes: 100, rounds: ROUNDS, run: (peer, guild, codes) => peer.mark!(guild, codes) },
  { name: '64 at once', limit: RAW, codes: 64, rounds: Math.ceil(ROUNDS / 3), run: markTogether },
  {
    name: 'look-up of 100 known',
    limit: MAP,
    codes: 100,
    rounds: ROUNDS,
    run: (peer, guild, codes) => peer.unknown!(guild, codes),
  },
];

const packages = await contestants();
const openers: readonly (readonly [string, OpenPeer])[] = [
  ...packages.map(({ name, library }) => [name, openOurs(name, library)] as const),
  ...localPeers(packages[0]!.library),
];
const folder = mkdtempSync(join(tmpdir(), 'json-file-bench-'));
try {
  const rows: Row[] = [];
  for (const size of SIZES) rows.push(...(await measureSize(size)));
  print(rows);
  writeResult('json-file', { peers: peerVersions(), rows });
} finally {
  rmSync(folder, { recursive: true });
}

async function measureSize(size: number): Promise<Row[]> {
  const peers: Peer[] = [];
  for (const [name, open] of openers) {
    const peer = await optional(name, () => open(join(folder, `${name}-${size}`)));
    if (peer === undefined) continue;
    if (peer.rewrites !== true || size <= REWRITE_UP_TO) peers.push(peer);
  }
  for (const peer of peers) await fill(peer, size / CODES_PER_GUILD, CODES_PER_GUILD);
  const fresh = freshCodes();
  const marking = peers.filter(({ mark, name }) => mark !== undefined && name !== MAP);
  const knowing = peers.filter(({ unknown }) => unknown !== undefined);
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    const { name, limit, codes, rounds, run } = scenario;
    const contender = (peer: Peer): Contender => {
      let guild = 0;
      let input: string[] = [];
      return {
        name: peer.name,
        rounds: peer.rewrites === true && size > 1e3 ? FEW_ROUNDS : rounds,
        prepare: () => {
          // Another guild in each round: bots do not ask for what is in the processor's cache.
          guild = (guild + 7) % (size / CODES_PER_GUILD);
          input = limit === MAP ? codesOf(guild, codes) : fresh(codes);
        },
        run: () => run(peer, guildOf(guild), input),
      };
    };
    const taking = limit === MAP ? knowing : marking;
    const durable = taking.filter(({ rewrites }) => rewrites !== true);
    // 64 rewrites of a large store are seconds.
    const apart = taking.filter(({ rewrites }) => rewrites === true && (run !== markTogether || size <= 1e3));
    const together = await compare(durable.map(contender), rounds);
    const least = taking.find((peer) => peer.name === limit)!;
    const slow = apart.length === 0 ? [] : await compare([...apart, least].map(contender), FEW_ROUNDS);
    rows.push(...rowsOf(name, size, [...together, ...slow.filter(({ who }) => who !== limit)], limit));
  }
  for (const peer of peers) await peer.close();
  return rows;
}
