import assert from 'node:assert/strict';
import type { Claim } from '../../contract/claims.js';
import { claimOf, collect, only } from '../assertions.js';
import { type ConformanceGroup, hasClaims, when } from '../test-case.js';

/** A claim gives the right to send to one caller, and a confirm records what was sent. */
export const claims: ConformanceGroup<'claims'> = {
  name: 'claims',
  tests: when(hasClaims, [
    {
      name: 'gives a claim on free codes, as one message',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const { claim, ...rest } = await store.claim(BigInt(guildId), ['b ', 'a', 'B'], { leaseMs: 90_000 });
        assert.deepEqual(rest, { claimed: ['b ', 'a'], alreadySent: [], heldElsewhere: [], uncertain: [] });
        assert.ok(claim);
        const { token, messageId, ...fixed } = claim;
        assert.deepEqual(fixed, { guildId, codes: ['b ', 'a'], leaseMs: 90_000, attempt: 1 });
        assert.ok(token.length > 0 && messageId.length > 0);
      },
    },
    {
      name: 'offers a claimed code to nobody, and does not count it as sent',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.claim(guildId, ['A']);
        assert.deepEqual(await store.filterUnsent(guildId, ['A', 'B']), ['B']);
        assert.deepEqual(await store.filterUnsentMany([{ guildId, codes: ['A', 'B'] }]), [{ guildId, codes: ['B'] }]);
        assert.equal((await store.states(guildId, ['A'])).get('A'), 'claimed');
        assert.equal(await store.isSent(guildId, 'A'), false);
        assert.deepEqual(await collect(store.listSent(guildId)), []);
        assert.equal((await store.stats(guildId)).total, 0);
      },
    },
    {
      name: 'says why each code was not given',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.markSent(guildId, ['SENT']);
        await store.claim(guildId, ['HELD']);
        await store.release(claimOf(await store.claim(guildId, ['MAYBE'])), 'uncertain');
        const { claim, ...rest } = await store.claim(guildId, ['maybe', 'new 2', 'held', 'sent', 'new 1']);
        assert.deepEqual(rest, {
          claimed: ['new 2', 'new 1'],
          alreadySent: ['sent'],
          heldElsewhere: ['held'],
          uncertain: ['maybe'],
        });
        assert.deepEqual(claim?.codes, ['new 2', 'new 1']);
      },
    },
    {
      name: 'gives no claim if nothing is free',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const first = claimOf(await store.claim(guildId, ['A']));
        assert.deepEqual(await store.claim(guildId, ['a']), {
          claimed: [],
          alreadySent: [],
          heldElsewhere: ['a'],
          uncertain: [],
        });
        assert.deepEqual(await store.claim(guildId, []), { claimed: [], alreadySent: [], heldElsewhere: [], uncertain: [] });
        // The refused claim left the first one alone.
        assert.equal((await store.confirm(first)).leaseLost, false);
      },
    },
    {
      name: 'gives every claim a token and a message id of its own, also for the same codes',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const made: Claim[] = [];
        for (let time = 0; time < 3; time += 1) {
          const same = claimOf(await store.claim(guildId, ['A']));
          await store.release(same, 'not-sent');
          made.push(same, claimOf(await store.claim(guildId, [`B${time}`])));
        }
        assert.equal(new Set(made.map(({ token }) => token)).size, made.length);
        assert.equal(new Set(made.map(({ messageId }) => messageId)).size, made.length);
      },
    },
    {
      name: 'claims the same code for each guild',
      run: async ({ store, guild }) => {
        const [one, other] = [guild(), guild()];
        assert.deepEqual((await store.claim(one, ['A'])).claimed, ['A']);
        assert.deepEqual((await store.claim(other, ['A'])).claimed, ['A']);
      },
    },
    {
      name: 'marks all codes of a claim when it is confirmed',
      run: async ({ store, guild, supports }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['a', 'b']));
        const sentAt = new Date('2024-05-06T07:08:09.123Z');
        assert.deepEqual(await store.confirm(claim, undefined, { source: 'website', sentAt }), {
          marked: ['a', 'b'],
          alreadySent: [],
          leaseLost: false,
        });
        assert.equal(await store.isSent(guildId, 'A'), true);
        assert.deepEqual(await store.filterUnsent(guildId, ['a', 'b']), []);
        for (const sent of await collect(store.listSent(guildId))) {
          assert.equal(sent.source, supports.sources ? 'website' : null);
          assert.deepEqual(sent.sentAt, supports.times ? sentAt : null);
        }
      },
    },
    {
      name: "confirms part of a claim, in the claim's spelling, and the rest later",
      run: async ({ store, guild }) => {
        const guildId = guild();
        const claim = claimOf(await store.claim(guildId, ['First', 'Second', 'Third']));
        const part = await store.confirm(claim, new Set([' third', 'FIRST', 'first']));
        assert.deepEqual([...part.marked].sort(), ['First', 'Third']);
        assert.deepEqual(part.alreadySent, []);
        assert.deepEqual([...(await store.states(guildId, ['First', 'Second', 'Third'])).values()], ['sent', 'claimed', 'sent']);
        assert.deepEqual(await store.confirm(claim), { marked: ['Second'], alreadySent: ['First', 'Third'], leaseLost: false });
      },
    },
    {
      name: 'may be told the same confirm again and again',
      run: async ({ store, guild }) => {
        const claim = claimOf(await store.claim(guild(), ['A']));
        await store.confirm(claim);
        assert.deepEqual(await store.confirm(claim), { marked: [], alreadySent: ['A'], leaseLost: false });
      },
    },
    {
      name: 'takes a claim for a plain value: one that went through JSON works as well',
      run: async ({ store, guild }) => {
        const guildId = guild();
        const copy = (claim: Claim): Claim => JSON.parse(JSON.stringify(claim)) as Claim;
        const claim = copy(claimOf(await store.claim(guildId, ['A', 'B', 'C'])));
        assert.deepEqual(await store.renew(claim), claim);
        await store.release(copy(claim), 'not-sent', ['C']);
        assert.deepEqual((await store.confirm(copy(claim), ['A', 'B'])).leaseLost, false);
        assert.equal(only(await store.filterUnsent(guildId, ['A', 'B', 'C'])), 'C');
      },
    },
    {
      name: 'does not count a claim that was confirmed or given back as held',
      run: async ({ store, guild }) => {
        const guildId = guild();
        await store.confirm(claimOf(await store.claim(guildId, ['A'])));
        await store.release(claimOf(await store.claim(guildId, ['B'])), 'not-sent');
        const { claimed, heldElsewhere } = await store.claim(guildId, ['A', 'B']);
        assert.deepEqual({ claimed, heldElsewhere }, { claimed: ['B'], heldElsewhere: [] });
      },
    },
  ]),
};
