import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoUri } from '../tools/mongo/connect.js';
import { runScenario, type Scenario } from './scenario.js';
import { openStage } from './stage.js';

const mongo = { store: 'mongo', bots: 3, accidents: 1, nonce: true } as const;
const file = { store: 'json-file', bots: 1, accidents: 4, nonce: true } as const;

describe('bots that are killed, stopped and cut off, against a Discord that fails', () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage(mongoUri(), 1);
  });
  afterAll(() => stage.close());

  it.concurrent.each<Scenario>([
    { ...mongo, seed: 1, policy: 'retry' },
    { ...file, seed: 2, policy: 'retry' },
  ])(
    'with nonces and retry every code is posted once, but for what an outage tore while it was claimed: $store, seed $seed',
    async (scenario) => {
      const verdict = await runScenario(stage, scenario);
      expect(verdict).toMatchObject({ duplicates: [], unaccounted: [], forgotten: [], swallowed: [], wholeHeld: [] });
      expect(verdict.postedOnce + verdict.heldMissing).toBe(verdict.pairs);
      if (scenario.store === 'json-file') expect(verdict.postedOnce).toBe(verdict.pairs);
    },
  );

  it.concurrent.each<Scenario>([
    { ...mongo, seed: 3, policy: 'hold' },
    { ...file, seed: 4, policy: 'hold' },
  ])(
    'with hold no code is posted twice, and uncertain accounts for every one that is missing: $store, seed $seed',
    async (scenario) => {
      const verdict = await runScenario(stage, { ...scenario, nonce: false });
      expect(verdict).toMatchObject({ duplicates: [], unaccounted: [], forgotten: [] });
      expect(verdict.postedOnce + verdict.heldMissing).toBe(verdict.pairs);
    },
  );
});

describe('controls, which must show what the others must not', () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage(mongoUri(), 1, { faults: false });
  });
  afterAll(() => stage.close());

  it('look-up, send and mark without claims posts codes twice', async () => {
    const verdict = await runScenario(stage, { ...mongo, seed: 5, policy: 'naive', nonce: false, accidents: 0 });
    expect(verdict.duplicates).not.toEqual([]);
  });

  it('retry without nonces posts codes twice', async () => {
    await stage.control.setFaults({ rules: [{ fault: 'server-error-after-commit', times: 1 }] });
    const verdict = await runScenario(stage, { ...file, seed: 6, policy: 'retry', nonce: false, accidents: 0 });
    expect(verdict.duplicates).not.toEqual([]);
  });
});
