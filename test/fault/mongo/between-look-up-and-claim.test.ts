import { announce, type SendReport, sendOnce } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import type { MongoStore } from '../../../src/stores/mongo/mongo-store.js';
import { ManualTime } from '../../support/delivery/manual-time.js';
import { Recorder, statuses } from '../../support/delivery/recorder.js';
import { type MongoWorld, mongoWorld, passTime, type Stage, stagedStore } from '../../support/mongo-stores.js';

const CODES = ['A', 'B', 'C'];

/** Offers three codes to a guild, and has something happen between the look-up and the claim. */
async function offer(
  meanwhile: (other: MongoStore, world: MongoWorld) => Promise<unknown>,
  stage: Stage = {},
): Promise<{ report: SendReport; sent: (readonly string[])[]; names: string[]; other: MongoStore; world: MongoWorld }> {
  const world = await mongoWorld();
  const other = world.another();
  const names: string[] = [];
  const store = await stagedStore(world, {
    ...stage,
    before: async (write) => {
      if (write !== 1) return;
      names.push(...world.log.names());
      await meanwhile(other, world);
      world.log.mark();
    },
  });
  const recorder = new Recorder();
  const report = await sendOnce(store, { guildId: '1', codes: CODES, send: recorder.send, clock: new ManualTime() });
  return { report, sent: recorder.sent, names: [...names, ...world.log.names()], other, world };
}

describe('a message of codes that were just looked up', () => {
  it('costs four commands with the look-up', async () => {
    const { sent, names } = await offer(async () => undefined);
    expect(sent).toEqual([CODES]);
    expect(names).toEqual(['find', 'update', 'find', 'update']);
  });

  it('is sent without what somebody has marked or claimed since, and has the size that it has then', async () => {
    const { report, sent, other, world } = await offer(async (somebody) => {
      await somebody.markSent('1', ['A']);
      await somebody.claim('1', ['B']);
    });
    expect(sent).toEqual([['C']]);
    expect(statuses(report)).toEqual({ A: 'already-sent', B: 'held-elsewhere', C: 'sent' });
    expect(await other.states('1', CODES)).toEqual(
      new Map([
        ['A', 'sent'],
        ['B', 'claimed'],
        ['C', 'sent'],
      ]),
    );
    expect(await world.documents.countDocuments({ claim: { $exists: true } })).toBe(1);
  });

  it('can be retried as it was sent, though it was made smaller', async () => {
    const world = await mongoWorld();
    const other = world.another();
    const store = await stagedStore(world, {
      before: (write) => (write === 1 ? other.markSent('1', ['A']) : undefined),
    });
    const recorder = new Recorder(() => Promise.reject(new Error('unclear')));
    const report = await sendOnce(store, { guildId: '1', codes: CODES, send: recorder.send, clock: new ManualTime() });
    expect(statuses(report)).toEqual({ A: 'already-sent', B: 'uncertain', C: 'uncertain' });
    await passTime(world.documents, 120_000);
    expect(await other.takeUncertain('1')).toMatchObject([{ codes: ['B', 'C'], attempt: 2 }]);
  });

  it('is not sent with what an older bot has put into its list since', async () => {
    const { report, sent } = await offer((_, { documents }) => documents.insertOne({ _id: '1', codes: ['b'] }));
    expect(sent).toEqual([['A', 'C']]);
    expect(statuses(report)).toEqual({ A: 'sent', B: 'already-sent', C: 'sent' });
  });

  it('is not sent where nothing is left of it', async () => {
    const { report, sent, world } = await offer((somebody) => somebody.markSent('1', CODES));
    expect(sent).toEqual([]);
    expect(statuses(report)).toEqual({ A: 'already-sent', B: 'already-sent', C: 'already-sent' });
    expect(await world.documents.countDocuments({ claim: { $exists: true } })).toBe(0);
  });

  it.each<[string, Stage]>([
    ['reaches the server twice', { isTwice: (write) => write === 1 }],
    ['is done, and its answer is lost', { isLost: (write) => write === 1 }],
  ])('is sent once if the claim %s', async (_, stage) => {
    const { report, sent } = await offer(async () => undefined, stage);
    expect(sent).toEqual([CODES]);
    expect(statuses(report)).toEqual({ A: 'sent', B: 'sent', C: 'sent' });
  });
});

describe('an announcement whose first message takes a while', () => {
  it.each([
    [4999, ['update', 'find', 'update']],
    [5000, ['find', 'update', 'find', 'update']],
  ])('of %i ms has a second message of %o', async (ms, names) => {
    const { store, log } = await mongoWorld();
    const time = new ManualTime();
    const commands: string[][] = [];
    const recorder = new Recorder(() => time.stop(ms));
    await announce(store, {
      guilds: ['1', '2'],
      codes: CODES,
      send: recorder.send,
      concurrency: 1,
      clock: time,
      onProgress: () => {
        commands.push(log.names());
        log.mark();
      },
    });
    expect(recorder.sent).toHaveLength(2);
    expect(commands).toEqual([['find', 'update', 'find', 'update'], names]);
  });
});
