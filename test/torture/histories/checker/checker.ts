import type { Call, History } from '../history.js';
import { Evidence, type Promises } from './evidence.js';
import { brokenLeases } from './leases.js';
import { brokenMarks } from './marks.js';
import { vanishedCodes } from './vanished.js';

/** Codes of errors that an outage, or another process, may give a caller. */
const EXPECTED = new Set(['STORE_UNAVAILABLE', 'STORE_TIMEOUT', 'LEASE_LOST', 'NOT_AUTHORITATIVE', 'ALL_STORES_FAILED']);

/** What a history breaks of what was promised; nothing if all is well. Each line names the calls. */
export function violations(history: History, promises: Promises): string[] {
  const evidence = new Evidence(history, promises);
  return [
    ...history.calls.filter(({ error }) => error !== undefined && !EXPECTED.has(error)).map(unexpected),
    ...brokenLeases(evidence, promises),
    ...brokenMarks(evidence, promises),
    ...vanishedCodes(evidence, promises),
    ...secondBaselines(history),
  ];
}

function unexpected({ id, method, error = '' }: Call): string {
  return `error: ${method} ${id} rejected with ${error}`;
}

/** A guild of one database has one baseline, so one caller at most is told that it made it.  */
function secondBaselines({ calls, replacements }: History): string[] {
  if (replacements.length > 0) return [];
  const makers = new Map<unknown, string[]>();
  const cleared = new Set(calls.filter(({ method }) => method === 'clearGuild').map(({ args }) => args[0]));
  for (const { id, method, args, value } of calls) {
    if (method !== 'baseline' || cleared.has(args[0]) || !(value as { applied?: boolean } | undefined)?.applied) continue;
    makers.set(args[0], [...(makers.get(args[0]) ?? []), id]);
  }
  return [...makers]
    .filter(([, ids]) => ids.length > 1)
    .map(([guild, ids]) => `baseline: ${ids.join(' and ')} were both told that they made that of guild ${String(guild)}`);
}
