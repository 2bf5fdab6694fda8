import { type TemporaryDiscordApi, temporaryDiscordApi } from '../../tools/discord-api/temporary.js';
import { spawnDiscordApi } from '../../tools/discord-api/spawn.js';
import type { FaultPlanInput } from '../../tools/discord-api/fault-plan.js';
import { WINDOWS } from './bot/config.js';
import type { UnattendedStage } from './trouble.js';

/** What goes wrong with single requests, and how often: three of ten, and two of them post all the same. */
const probabilities = {
  'server-error-after-commit': 0.14,
  'reset-after-commit': 0.04,
  'half-answer-then-close': 0.02,
  'hang-after-commit': 0.02,
  'server-error-before-commit': 0.04,
  'reset-before-commit': 0.03,
  'rate-limited': 0.02,
} as const;

export const faultsOf = (seed: number): FaultPlanInput => ({ random: { seed, probabilities } });

/** A request of five arrives only after its client was cut off, but before the time that the bots wait for such ones. */
export const lateRequests = (seed: number): FaultPlanInput => ({
  random: { seed, probabilities: { 'late-commit': 0.2, 'server-error-after-commit': 0.1 } },
});

/** A fake Discord whose memory of nonces is short: here, or as a process of its own. */
export async function openUnattendedStage(
  mongoUri: string,
  { faults = {}, clockSkewMs = 0, spawned = false }: { faults?: FaultPlanInput; clockSkewMs?: number; spawned?: boolean },
): Promise<UnattendedStage & Pick<TemporaryDiscordApi, 'close'>> {
  const options = { nonceWindowMs: WINDOWS.nonceMs, clockSkewMs };
  const api = await (spawned ? temporaryDiscordApi(options, spawnDiscordApi) : temporaryDiscordApi(options));
  await api.control.setFaults(faults);
  return { apiUrl: api.url, control: api.control, mongoUri, close: () => api.close() };
}
