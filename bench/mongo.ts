/** What a call of the Mongo store costs beside the bare driver, Keyv, and one command for each code, as the bots do that this package replaces. */
import type { Claim } from '../src/index.js';
import { keyv } from './peers/keyv-mongo.js';
import { driver, oneByOne } from './peers/mongo-driver.js';
import { filled, type MongoPeer } from './peers/mongo-peer.js';
import { compare, warmUpOf, type Contender } from './tools/compare.js';
import { startMongo } from './tools/mongo.js';
import { contestants, optional, peerVersions } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import { print, rowsOf, type Row } from './tools/rows.js';

const SIZES = [10, 100, 1000];
const ROUNDS = isQuick ? 10 : 40;
const DOCUMENTS = isQuick ? 1e4 : 1e5;
const GUILDS = isQuick ? 200 : 1000;
const FEW_ROUNDS = isQuick ? 1 : 3;
const DRIVER = 'bare driver';

const mongo = await startMongo();
const packages = await contestants();
const stores = await Promise.all(
  packages.map(async ({ name, library }) => {
    const { db, commands } = await mongo.connect();
    return { name, library, commands, store: new library.MongoStore({ collection: db.collection('sent_giftcodes') }) };
  }),
);
const peers: MongoPeer[] = [
  ...stores.map(({ name, store, commands }) => ({
    ...{ name, commands },
    mark: (guildId: string, codes: readonly string[]) => store.markSent(guildId, codes),
    unknown: (guildId: string, codes: readonly string[]) => store.filterUnsent(guildId, codes),
    close: () => store.close(),
  })),
  driver(DRIVER, await mongo.connect()),
  oneByOne('one command a code', await mongo.connect()),
];
const other = await optional('@keyv/mongo', () => keyv('keyv + @keyv/mongo', mongo));
if (other !== undefined) peers.push(other);
try {
  await filled((await mongo.connect()).db.collection('sent_giftcodes'), DOCUMENTS);
  const rows: Row[] = [];
  for (const size of SIZES) rows.push(...(await measureCodes(size)), ...(await measureClaims(size)));
  rows.push(...(await measureGuilds()));
  print(rows);
  writeResult('mongo', { server: mongo.server, documents: DOCUMENTS, peers: peerVersions(), rows });
} finally {
  for (const peer of peers) await peer.close();
  await mongo.close();
}

/** Commands of the last round, beside the times of all. */
interface Counted {
  readonly contender: Contender;
  commands(): number;
}

function counted(name: string, sent: () => number, rounds: number, run: () => Promise<unknown>): Counted {
  let commands = 0;
  return {
    contender: {
      ...{ name, rounds },
      run: async () => {
        const before = sent();
        await run();
        commands = sent() - before;
      },
    },
    commands: () => commands,
  };
}

async function measured(scenario: string, size: number, taking: readonly Counted[], limit: string): Promise<Row[]> {
  const rounds = Math.max(...taking.map(({ contender }) => contender.rounds ?? ROUNDS));
  const contenders = taking.map(({ contender }) => contender);
  const figures = await compare(contenders, rounds);
  return rowsOf(scenario, size, figures, limit).map((row) => {
    const commands = taking.find(({ contender }) => contender.name === row.who)?.commands() ?? 0;
    return commands === 0 ? row : { ...row, commands };
  });
}

async function measureCodes(size: number): Promise<Row[]> {
  const codes = codesOf(size);
  const few = Math.max(1, Math.floor((2 * ROUNDS) / size));
  const rounds = (peer: MongoPeer, call: 'mark' | 'unknown'): number => (peer.slow?.includes(call) === true ? few : ROUNDS);
  const marking = peers.map((peer) => {
    let guild = 0;
    return counted(peer.name, peer.commands, rounds(peer, 'mark'), async () =>
      peer.mark(`${size}${peer.name}${(guild += 1)}`, codes),
    );
  });
  const asking = peers.map((peer) =>
    counted(peer.name, peer.commands, rounds(peer, 'unknown'), async () => peer.unknown(`${size}${peer.name}1`, codes)),
  );
  return [
    ...(await measured('mark new codes', size, marking, DRIVER)),
    ...(await measured('look up known codes', size, asking, DRIVER)),
  ];
}

async function measureClaims(size: number): Promise<Row[]> {
  const codes = codesOf(size);
  const claims = new Map<string, Claim[]>(stores.map(({ name }) => [name, []]));
  const bare = peers.find(({ name }) => name === DRIVER)!;
  let guild = 0;
  const upserts = (): Counted =>
    counted(DRIVER, bare.commands, ROUNDS, async () => bare.upsert!(`claims${size}-${(guild += 1)}`, codes));
  const claiming = stores.map(({ name, store, commands }) =>
    counted(name, commands, ROUNDS, async () => {
      const { claim } = await store.claim(`claims${size}${name}${(guild += 1)}`, codes, { leaseMs: 600_000 });
      claims.get(name)?.push(claim!);
    }),
  );
  const claimed = await measured('claim; bare: an upsert each in one command', size, [...claiming, upserts()], DRIVER);
  const confirming = stores.map(({ name, store, commands }) =>
    // As many as there are claims: on a slow machine the rounds of the claims end early.
    counted(name, commands, claims.get(name)!.length - warmUpOf(ROUNDS), async () => store.confirm(claims.get(name)!.pop()!)),
  );
  return [
    ...claimed,
    ...(await measured('confirm; bare: an upsert each in one command', size, [...confirming, upserts()], DRIVER)),
  ];
}

/** What a round of a bot does: everything in few commands, and a message for each guild where something is new. */
async function measureGuilds(): Promise<Row[]> {
  const guildsOf = (name: string, round: number): string[] =>
    Array.from({ length: GUILDS }, (_, guild) => `${name}${round}-${guild}`);
  const batchOf = (name: string, round: number) => guildsOf(name, round).map((guildId) => ({ guildId, codes: codesOf(10) }));
  const counting = (run: (store: (typeof stores)[number], round: number) => Promise<unknown>): Counted[] =>
    stores.map((store) => {
      let round = 0;
      return counted(store.name, store.commands, FEW_ROUNDS, () => run(store, (round += 1)));
    });
  const marking = counting(({ name, store }, round) => store.markSentMany(batchOf(`many${name}`, round)));
  const asking = counting(({ name, store }) => store.filterUnsentMany(batchOf(`many${name}`, 1)));
  const announcing = counting(({ name, library, store }, round) =>
    library.announce(store, {
      ...{ guilds: guildsOf(`announce${name}`, round), codes: codesOf(10), concurrency: 50, send: async () => undefined },
    }),
  );
  return [
    ...(await measured('mark 10 new codes of each guild', GUILDS, marking, '')),
    ...(await measured('look up 10 known codes of each guild', GUILDS, asking, '')),
    ...(await measured('announce 10 new codes to each guild, 50 at a time', GUILDS, announcing, '')),
  ];
}

function codesOf(count: number): string[] {
  return Array.from({ length: count }, (_, code) => `CODE${code}`);
}
