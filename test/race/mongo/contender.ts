import { MongoClient } from 'mongodb';
import { MongoStore } from '../../../src/stores/mongo/mongo-store.js';

/** What a contending process is told to do at once, and answers. */
export interface Contests {
  /** Claims codes of a guild, so many in one call. Answers the claims. */
  claim: { readonly guildId: string; readonly codes: readonly string[]; readonly together: number };
  /** Marks codes of a guild, so many in one call. Answers the codes that the calls marked. */
  mark: { readonly guildId: string; readonly codes: readonly string[]; readonly together: number };
  /** Takes over what is uncertain. Answers the claims. */
  take: { readonly guildId: string };
  /** Makes a baseline. Answers whether it was made. */
  baseline: { readonly guildId: string; readonly codes: readonly string[] };
  /** Claims, and gives back as not sent, one code again and again. Answers how often it had it. */
  cycle: { readonly guildId: string; readonly code: string; readonly times: number };
}

/** A contest as it is sent to the process. */
export type Contest = { [K in keyof Contests]: { readonly kind: K } & Contests[K] }[keyof Contests];

const [, , uri = '', database = ''] = process.argv;
const client = new MongoClient(uri);
const store = new MongoStore({ client, database });

void store.ping().then(() => process.send?.('ready'));

async function run(contest: Contest): Promise<unknown> {
  switch (contest.kind) {
    case 'claim': {
      const claims = [];
      for (const codes of parts(contest.codes, contest.together)) {
        const { claim } = await store.claim(contest.guildId, codes);
        if (claim !== undefined) claims.push(claim);
      }
      return claims;
    }
    case 'mark': {
      const marked: string[] = [];
      for (const codes of parts(contest.codes, contest.together)) {
        marked.push(...(await store.markSent(contest.guildId, codes, { source: `process-${process.pid}` })).marked);
      }
      return marked;
    }
    case 'take':
      return store.takeUncertain(contest.guildId);
    case 'baseline':
      return (await store.baseline(contest.guildId, contest.codes)).applied;
    case 'cycle': {
      let had = 0;
      for (let time = 0; time < contest.times; time += 1) {
        const { claim } = await store.claim(contest.guildId, [contest.code]);
        if (claim === undefined) continue;
        had += 1;
        await store.release(claim, 'not-sent');
      }
      return had;
    }
  }
}

function parts(codes: readonly string[], together: number): string[][] {
  return Array.from({ length: Math.ceil(codes.length / together) }, (_, index) =>
    codes.slice(index * together, (index + 1) * together),
  );
}

process.on('message', (contest: Contest | 'end') => {
  if (contest === 'end') {
    void store
      .close()
      .then(() => client.close())
      .then(() => process.disconnect());
    return;
  }
  run(contest).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
