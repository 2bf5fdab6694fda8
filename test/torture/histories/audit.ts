import type { SentCodeStore } from 'sent-code-store';
import { AUDITOR, type Call } from './history.js';
import { Recorder } from './recorder.js';

/** Looks at every code that the calls named, when all is over, and records what the store says. */
export async function audit(store: SentCodeStore, calls: readonly Call[], path: string): Promise<void> {
  const recorder = new Recorder({ path, bot: AUDITOR, life: 0, isHealthy: () => true });
  for (const [guildId, codes] of namedCodes(calls)) {
    for (const method of ['states', 'getSent', 'filterUnsent'] as const)
      await recorder.call(store, method, () => [guildId, [...codes]]);
    for (const method of ['listSent', 'stats', 'listUncertain'] as const) await recorder.call(store, method, () => [guildId]);
  }
  await recorder.call(store, 'listGuilds', () => []);
}

/** The codes of each guild that a call named. */
function namedCodes(calls: readonly Call[]): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  const note = (guildId: string, codes: readonly string[]): void => {
    const known = named.get(guildId) ?? new Set();
    for (const code of codes) known.add(code);
    named.set(guildId, known);
  };
  for (const { args } of calls) {
    const [first, second] = args;
    if (typeof first === 'string')
      note(first, Array.isArray(second) ? (second as string[]) : typeof second === 'string' ? [second] : []);
    for (const one of Array.isArray(first) ? (first as { guildId: string; codes: string[] }[]) : []) note(one.guildId, one.codes);
  }
  for (const [guildId, codes] of named) if (codes.size === 0) named.delete(guildId);
  return named;
}
