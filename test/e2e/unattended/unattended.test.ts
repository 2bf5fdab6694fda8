import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoUri } from '../../tools/mongo/connect.js';
import { runUnattended, type UnattendedScenario } from './scenario.js';
import { faultsOf, openUnattendedStage } from './stage.js';

const base = { store: 'json-file', channel: 'text', find: 'preset', bots: 1, accidents: 2, outages: 1, marked: true } as const;

describe('a bot that runs unattended, through outages longer than every window', () => {
  let stage: Awaited<ReturnType<typeof openUnattendedStage>>;
  beforeAll(async () => {
    stage = await openUnattendedStage(mongoUri(), faultsOf(1));
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
