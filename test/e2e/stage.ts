import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscordApiControl } from '../tools/discord-api/control-client.js';
import { spawnDiscordApi } from '../tools/discord-api/spawn.js';
import type { Stage } from './scenario.js';

/** What goes wrong between the bots and Discord, and how often. Together three requests of ten. */
const probabilities = {
  'rate-limited': 0.04,
  'missing-permissions': 0.03,
  'unknown-channel': 0.02,
  'server-error-before-commit': 0.03,
  'server-error-after-commit': 0.04,
  'reset-before-commit': 0.03,
  'reset-after-commit': 0.04,
  'close-after-commit': 0.02,
  'half-answer-then-close': 0.02,
  'hang-after-commit': 0.01,
  'slow-answer': 0.03,
  'slow-commit': 0.02,
} as const;

/** A fake Discord as a process of its own, with faults by the seed. `faults: false` for controls that are to show one thing. */
export async function openStage(
  mongoUri: string,
  seed: number,
  { faults = true } = {},
): Promise<Stage & { readonly close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sent-code-store-discord-'));
  const api = await spawnDiscordApi({ ledgerPath: join(folder, 'ledger.ndjson') });
  const control = new DiscordApiControl(api);
  if (faults) await control.setFaults({ random: { seed, probabilities } });
  const close = async (): Promise<void> => {
    await api.close();
    await rm(folder, { recursive: true });
  };
  return { apiUrl: api.url, control, mongoUri, close };
}
