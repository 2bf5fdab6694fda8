import assert from 'node:assert/strict';
import { claimOf, collect, numbered, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** Several calls at once have the same result as the calls one after the other. */
export const concurrentCallers: ConformanceGroup<'concurrent callers'> = {
  name: 'concurrent callers',
  tests: [
    {
      name: 'lets one of 50 concurrent callers make a mark',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const results = await Promise.all(numbered('CALLER', 50).map(() => store.markSent(guildId, ['A', 'B'])));
        for (const code of ['A', 'B']) {
          assert.equal(results.filter(({ marked }) => marked.includes(code)).length, 1, `${code} was not marked by one caller`);
          assert.equal(results.filter(({ alreadySent }) => alreadySent.includes(code)).length, 49);
        }
      },
    },
    {
      name: 'loses no mark of many concurrent callers',
      run: async ({ store, guild }) => {
        const guilds = [guild(), guild(), guild()];
        const codes = numbered('CODE', 20);
        await Promise.all([
          ...guilds.flatMap((guildId) => codes.map((code) => store.markSent(guildId, [code, `${code}-TWIN`]))),
          ...codes.map((code) => store.markSentMany(guilds.map((guildId) => ({ guildId, codes: [`MANY-${code}`] })))),
        ]);
        for (const guildId of guilds) {
          const all = codes.flatMap((code) => [code, `${code}-TWIN`, `MANY-${code}`]);
          assert.deepEqual(await store.filterUnsent(guildId, all), []);
          assert.equal((await store.stats(guildId)).total, 60);
        }
      },
    },
    {
      name: 'counts each forgotten code for one of many concurrent callers',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const codes = numbered('CODE', 10);
        await store.markSent(guildId, codes);
        const counts = await Promise.all(numbered('CALLER', 8).map(() => store.forget(guildId, codes)));
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          10,
        );
      },
    },
    ...when(hasClaims, [
      {
        name: 'gives a code to one of 50 concurrent claimants',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const results = await Promise.all(numbered('CALLER', 50).map(() => store.claim(guildId, ['A'])));
          const winner = only(results.filter(({ claimed }) => claimed.length > 0));
          assert.equal(results.filter(({ heldElsewhere }) => heldElsewhere.length > 0).length, 49);
          assert.deepEqual(await store.confirm(claimOf(winner)), { marked: ['A'], alreadySent: [], leaseLost: false });
        },
      },
      {
        name: 'gives each of many codes to one of the claimants that want it, and leaves each a message of its own',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const codes = numbered('CODE', 30);
          // Every claimant begins with another code, so that they meet in the middle.
          const wishes = codes.map((_, index) => [...codes.slice(index), ...codes.slice(0, index)].slice(0, 12));
          const results = await Promise.all(wishes.map((wish) => store.claim(guildId, wish)));
          const claims = results.flatMap(({ claim }) => (claim === undefined ? [] : [claim]));
          assert.deepEqual(claims.flatMap((claim) => claim.codes).sort(), [...codes].sort());
          for (const [index, result] of results.entries()) {
            assert.deepEqual([...result.claimed, ...result.heldElsewhere].sort(), [...(wishes[index] ?? [])].sort());
          }
          await Promise.all(claims.map((claim) => store.release(claim, 'uncertain')));
          const taken = new Map((await store.takeUncertain(guildId)).map((claim) => [claim.messageId, claim.codes]));
          for (const claim of claims) assert.deepEqual(taken.get(claim.messageId), claim.codes);
        },
      },
      {
        name: 'gives a message to one of many concurrent callers that take it over, whole',
        run: async ({ store, guild }) => {
          const guildId = guild();
          const messages = [numbered('A', 5), numbered('B', 3), ['C']];
          for (const codes of messages) await store.release(claimOf(await store.claim(guildId, codes)), 'uncertain');
          const taken = (await Promise.all(numbered('CALLER', 20).map(() => store.takeUncertain(guildId)))).flat();
          assert.deepEqual(taken.map(({ codes }) => codes).sort(), messages);
          for (const claim of taken) assert.deepEqual(await store.renew(claim), claim);
        },
      },
      {
        name: 'keeps a confirm against everything that happens beside it',
        run: async ({ store, guild }) => {
          for (let round = 0; round < 20; round += 1) {
            const guildId = guild();
            const claim = claimOf(await store.claim(guildId, ['A', 'B']));
            await Promise.all([
              store.release(claim, round % 2 === 0 ? 'not-sent' : 'uncertain'),
              store.confirm(claim),
              store.takeUncertain(guildId),
              store.claim(guildId, ['A', 'B']),
              store.resolveUncertain(guildId, ['A', 'B'], 'not-sent'),
            ]);
            assert.deepEqual([...(await store.states(guildId, ['A', 'B'])).values()], ['sent', 'sent']);
          }
        },
      },
      {
        name: 'never gives a code to a claimant after a concurrent mark of it resolved',
        run: async ({ store, guild }) => {
          const guildId = guild();
          await Promise.all([store.claim(guildId, ['A']), store.markSent(guildId, ['A'])]);
          assert.deepEqual((await store.claim(guildId, ['A'])).alreadySent, ['A']);
          assert.equal((await collect(store.listSent(guildId))).length, 1);
        },
      },
    ]),
  ],
};
