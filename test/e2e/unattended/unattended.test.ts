import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoUri } from '../../tools/mongo/connect.js';
import { runUnattended, type UnattendedScenario } from './scenario.js';
import { unheardAnswers } from './trouble.js';
import { faultsOf, openUnattendedStage } from './stage.js';

const base = { store: 'json-file', channel: 'text', find: 'preset', bots: 1, accidents: 2, outages: 1, marked: true } as const;

describe('a bot that runs unattended, through outages longer than every window', () => {
  let stage: Awaited<ReturnType<typeof openUnattendedStage>>;
  beforeAll(async () => {
    stage = await openUnattendedStage(mongoUri(), { faults: faultsOf(1) });
  });
  afterAll(() => stage.close());

  it.concurrent.each<UnattendedScenario>([
    { ...base, seed: 1 },
    { ...base, seed: 1, channel: 'forum', store: 'mongo' },
  ])('posts every code once and leaves none held: $channel, $store', async (scenario) => {
    const result = await runUnattended(stage, scenario);
    expect(result).toMatchObject({ duplicates: [], missing: [], held: [], forgotten: [], postedOnce: result.pairs });
  });
});

describe('where Discord posts, answers errors, and may not be read', () => {
  let stage: Awaited<ReturnType<typeof openUnattendedStage>>;
  beforeAll(async () => {
    stage = await openUnattendedStage(mongoUri(), {});
  });
  afterAll(() => stage.close());

  const unheard = { ...base, accidents: 0, outages: 0, seed: 1 };

  it('what cannot be known is held and listed, and decided when it may be read', async () => {
    const { troubled, ...result } = await runUnattended(stage, { ...unheard, trouble: unheardAnswers({ history: false }) });
    expect(troubled).toMatchObject({ duplicates: [], missing: [], forgotten: [] });
    expect(troubled!.held.filter((name) => name.startsWith('guild-1:'))).not.toEqual([]);
    expect(troubled!.held.filter((name) => !name.startsWith('guild-1:'))).toEqual([]);
    expect(result).toMatchObject({ duplicates: [], missing: [], held: [], forgotten: [] });
  });

  it('control: who takes an empty history for evidence posts codes twice', async () => {
    const result = await runUnattended(stage, { ...unheard, find: 'trusting', trouble: unheardAnswers({ history: false }) });
    expect(result.duplicates).not.toEqual([]);
  });
});
