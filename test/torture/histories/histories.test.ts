import { describe, expect, it } from 'vitest';
import { mongoUri } from '../../tools/mongo/connect.js';
import { type Act } from './chain-acts.js';
import { runChainHistory } from './chain-history.js';
import { runMongoHistory } from './mongo-history.js';

describe('Four processes on one collection, which are killed and stopped while the network fails', () => {
  it.concurrent('are told nothing that contradicts what was promised', { timeout: 300_000 }, async () => {
    const between = { kills: 80, stops: 70 };
    const { broken, counts } = await runMongoHistory(mongoUri(), { seed: 1, bots: 4, commands: 200, paceMs: 3, between });
    expect(broken).toEqual([]);
    // It has been hard, so that its silence says something.
    expect(counts['kills']).toBeGreaterThan(0);
    expect(counts['cuts']).toBeGreaterThan(3);
  });
});

describe('Processes with a chain each, whose stores are lost one after the other', () => {
  it.concurrent.each<[1 | 2, readonly Act[]]>([
    [1, ['restore', 'damage']],
    [2, ['crash']],
  ])('are told nothing that contradicts what was promised, in %i', { timeout: 300_000 }, async (bots, acts) => {
    const between = { kills: 60, stops: 50 };
    const { broken, counts } = await runChainHistory(mongoUri(), { seed: 1, bots, acts, paceMs: 80, between });
    expect(broken).toEqual([]);
    expect(counts['inOutage']).toBeGreaterThan(0);
    for (const act of acts) expect(counts[`act ${act}`], act).toBeGreaterThan(0);
  });
});
