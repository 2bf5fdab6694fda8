import type { Claim, MongoStore } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { collect } from '../../support/legacy/collect.js';
import { type MongoWorld, mongoWorld, passTime, type Stage, stagedStore } from '../../support/mongo-stores.js';

const CODES = ['A', 'B'];
const CONFIRMED = { marked: CODES, alreadySent: [], leaseLost: false };
const LOST = { code: 'LEASE_LOST' };

/** A claim, and something that happens before its owner's first write arrives. */
async function worldWith(
  meanwhile: (other: MongoStore, claim: Claim, world: MongoWorld) => Promise<unknown> = async () => undefined,
  stage: Stage = {},
) {
  const world = await mongoWorld();
  const { claim } = await world.store.claim('1', CODES);
  const other = world.another();
  const owner = await stagedStore(world, {
    ...stage,
    before: (write) => (write === 1 ? meanwhile(other, claim!, world).then(() => world.log.mark()) : undefined),
  });
  return { ...world, claim: claim!, other, owner };
}

/** Somebody takes the message over, as after the end of the lease. */
async function takeOver(other: MongoStore, _: Claim, { documents }: MongoWorld): Promise<void> {
  await passTime(documents, 120_000);
  expect(await other.takeUncertain('1')).toHaveLength(1);
}

/** Somebody decides about B, and claims it. */
async function claimB(other: MongoStore, _: Claim, { documents }: MongoWorld): Promise<void> {
  await passTime(documents, 120_000);
  await other.resolveUncertain('1', ['B'], 'not-sent');
  expect(await other.claim('1', ['B'])).toMatchObject({ claimed: ['B'] });
}

const extendList = (_: MongoStore, __: Claim, { documents }: MongoWorld): Promise<unknown> =>
  documents.insertOne({ _id: '1', codes: ['a'], last_sent_at: '2025-11-07T06:00:40', source: 'api' });

const DELIVERIES: readonly (readonly [string, Stage])[] = [
  ['reaches the server twice', { isTwice: () => true }],
  ['is done, and its answer is lost', { isLost: (write) => write === 1 }],
  ['is done twice, and its first answer is lost', { isLost: (write) => write === 1, isTwice: (write) => write === 1 }],
];

describe('a confirm', () => {
  it.each(DELIVERIES)('whose write %s makes its marks, and says so', async (_, stage) => {
    const { owner, claim, other } = await worldWith(undefined, stage);
    expect(await owner.confirm(claim)).toEqual(CONFIRMED);
    expect(await other.confirm(claim)).toEqual({ marked: [], alreadySent: CODES, leaseLost: false });
  });

  it('whose first answer is lost tells its own marks from those that somebody else has made in between', async () => {
    const { owner, claim, store } = await worldWith((other) => other.markSent('1', ['B'], { source: 'manual' }), {
      isLost: (write) => write === 1,
    });
    expect(await owner.confirm(claim, undefined, { source: 'api' })).toEqual({
      marked: ['A'],
      alreadySent: ['B'],
      leaseLost: false,
    });
    expect(await store.stats('1')).toMatchObject({ bySource: { api: 1, manual: 1 } });
  });

  it('whose first answer is lost finds its marks also where a majority does not show them yet', async () => {
    const world = await mongoWorld();
    const { claim } = await world.store.claim('1', CODES);
    const claimed = await world.documents.find({ _id: /^1:/ }).toArray();
    const stale = claimed.map((document) => ({ ...document, read_at: new Date() }));
    const owner = await stagedStore(world, { isLost: (write) => write === 1, majority: () => stale });
    expect(await owner.confirm(claim!)).toEqual(CONFIRMED);
  });

  it('that meets marks of somebody else has not lost its lease', async () => {
    const { owner, claim, log } = await worldWith((other) => other.markSent('1', ['B'], { source: 'manual' }));
    expect(await owner.confirm(claim)).toEqual({ marked: ['A'], alreadySent: ['B'], leaseLost: false });
    expect(log.names()).toEqual(['update', 'find']);
  });

  it('that meets a taker of its message marks all the same, and says that the lease was lost', async () => {
    const { owner, claim, other } = await worldWith(takeOver);
    expect(await owner.confirm(claim)).toEqual({ ...CONFIRMED, leaseLost: true });
    expect(await other.takeUncertain('1')).toEqual([]);
    expect((await collect(other.listSent('1'))).map(({ code }) => code)).toEqual(CODES);
  });

  it('that meets a new claim of one of its codes marks both, and says that the lease was lost', async () => {
    const { owner, claim, other } = await worldWith(claimB);
    expect(await owner.confirm(claim)).toEqual({ ...CONFIRMED, leaseLost: true });
    expect(await other.states('1', CODES)).toEqual(new Map(CODES.map((code) => [code, 'sent'])));
  });

  it('that finds nothing any more marks all the same, and says that the lease was lost', async () => {
    const { owner, claim, other } = await worldWith((another, held) => another.release(held, 'not-sent'));
    expect(await owner.confirm(claim)).toEqual({ ...CONFIRMED, leaseLost: true });
    expect(await other.filterUnsent('1', CODES)).toEqual([]);
  });

  it('whose lease is over, and that nobody has taken over, has not lost it', async () => {
    const { owner, claim, log } = await worldWith((_, __, { documents }) => passTime(documents, 120_000));
    expect(await owner.confirm(claim)).toEqual(CONFIRMED);
    expect(log.names()).toEqual(['update']);
  });

  it('counts a code as marked, and once, that an older bot has put into its list meanwhile', async () => {
    const { owner, claim, store, documents } = await worldWith(extendList);
    expect(await owner.confirm(claim)).toEqual(CONFIRMED);
    expect(await store.stats('1')).toMatchObject({ total: 2, uncertain: 0 });
    expect((await collect(store.listSent('1'))).map(({ code }) => code).sort()).toEqual(CODES);
    expect(await documents.findOne({ _id: '1:A' })).not.toHaveProperty('claim');
  });

  it('changes nothing of a mark whose time cannot be read', async () => {
    const { owner, claim, documents } = await worldWith((_, __, world) =>
      world.documents.updateOne({ _id: '1:A' }, { $set: { sent_at: { at: 'noon' } } }),
    );
    expect(await owner.confirm(claim)).toEqual({ marked: ['B'], alreadySent: ['A'], leaseLost: false });
    expect(await documents.findOne({ _id: '1:A' })).toMatchObject({ sent_at: { at: 'noon' } });
  });
});

describe('a renewal', () => {
  it.each(DELIVERIES)('whose write %s has renewed', async (_, stage) => {
    const { owner, claim, documents, store } = await worldWith(undefined, stage);
    await passTime(documents, 30_000);
    expect(await owner.renew(claim)).toEqual(claim);
    await passTime(documents, 50_000);
    expect(await store.states('1', CODES)).toEqual(new Map(CODES.map((code) => [code, 'claimed'])));
  });

  it('that meets a taker is refused, and leaves the message with the taker', async () => {
    const { owner, claim, log, other } = await worldWith(takeOver);
    await expect(owner.renew(claim)).rejects.toMatchObject({ ...LOST, message: expect.stringContaining('A, B') as string });
    expect(log.names()).toEqual(['update', 'find']);
    expect(await other.confirm(claim)).toMatchObject({ leaseLost: true });
  });

  it('names the code that is lost', async () => {
    const { owner, claim } = await worldWith(claimB);
    await expect(owner.renew(claim)).rejects.toMatchObject({ ...LOST, codes: ['B'] });
  });

  it('goes on with the codes that nobody has marked', async () => {
    const { owner, claim } = await worldWith((other) => other.markSent('1', ['A']));
    expect(await owner.renew(claim)).toEqual({ ...claim, codes: ['B'] });
  });

  it('is refused where everything was marked', async () => {
    const { owner, claim } = await worldWith((other) => other.markSent('1', CODES));
    await expect(owner.renew(claim)).rejects.toMatchObject({ ...LOST, codes: [] });
  });

  it('counts a code as held that an older bot has put into its list meanwhile', async () => {
    const { owner, claim } = await worldWith(extendList);
    expect(await owner.renew(claim)).toEqual(claim);
  });
});

describe.each(['not-sent', 'uncertain'] as const)('a release as %s', (outcome) => {
  const state = outcome === 'not-sent' ? 'absent' : 'uncertain';

  it.each(DELIVERIES)('whose write %s has given the codes back', async (_, stage) => {
    const { owner, claim, store, log } = await worldWith(undefined, stage);
    await owner.release(claim, outcome);
    expect(log.names()).not.toContain('find');
    expect(await store.states('1', CODES)).toEqual(new Map(CODES.map((code) => [code, state])));
  });

  it('leaves alone what a taker has', async () => {
    const { owner, claim, other } = await worldWith(takeOver);
    await owner.release(claim, outcome);
    expect(await other.states('1', CODES)).toEqual(new Map(CODES.map((code) => [code, 'claimed'])));
  });

  it('leaves alone what somebody has claimed anew, or marked', async () => {
    const { owner, claim, other } = await worldWith(async (another, held, world) => {
      await claimB(another, held, world);
      await another.markSent('1', ['A']);
    });
    await owner.release(claim, outcome);
    expect([...(await other.states('1', CODES)).values()]).toEqual(['sent', 'claimed']);
  });

  it('of a claim with another attempt than the store has frees nothing', async () => {
    const { owner, claim, documents, other } = await worldWith();
    await documents.updateMany({ claim: { $exists: true } }, { $set: { 'claim.attempt': 2 } });
    await owner.release(claim, outcome);
    await passTime(documents, 120_000);
    expect([...(await other.states('1', CODES)).values()]).toEqual(['uncertain', 'uncertain']);
  });
});
