import { readdirSync } from 'node:fs';
import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** What a process holds, by name, and how much of it. */
export type Holdings = Readonly<Record<string, number>>;

/** Handles, timers, open files, and the listeners of the process and of an emitter that outlives the stores. */
export function holdings(emitter: EventEmitter): Holdings {
  const counts: Record<string, number> = {};
  const add = (name: string, count = 1): void => void (counts[name] = (counts[name] ?? 0) + count);
  for (const resource of process.getActiveResourcesInfo()) add(resource);
  add('open files', openFiles());
  for (const [name, source] of [
    ['process', process],
    ['client', emitter],
  ] as const) {
    for (const event of source.eventNames()) add(`listeners of the ${name}, ${String(event)}`, source.listenerCount(event));
  }
  return counts;
}

/** Where the system does not say, 0. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

/** What there is more of than before. */
export function difference(before: Holdings, after: Holdings): string[] {
  return Object.entries(after)
    .filter(([name, count]) => count > (before[name] ?? 0))
    .map(([name, count]) => `${name}: ${count} in place of ${before[name] ?? 0}`);
}

/** How often a process is looked at before what it holds counts as kept, and how long it has in between, in ms. */
const LOOKS = 40;
const PAUSE_MS = 50;

/** What a process holds once it is no more than before: a socket is closed some time after its store. Without `before`, once it is the same twice. */
export async function settled(look: () => Holdings, before?: Holdings): Promise<Holdings> {
  let last = look();
  for (let looks = 0; looks < LOOKS; looks += 1) {
    if (before !== undefined && difference(before, last).length === 0) return last;
    await delay(PAUSE_MS);
    const next = look();
    if (before === undefined && looks > 2 && JSON.stringify(next) === JSON.stringify(last)) return next;
    last = next;
  }
  return last;
}

/** Bytes of the heap that something refers to. Needs `--expose-gc`. */
export async function heapAfterCollection(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    // A socket, or a timer, is let go some turns after its store was closed.
    await delay(PAUSE_MS);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
