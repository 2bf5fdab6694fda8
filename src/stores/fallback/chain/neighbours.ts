import { z } from 'zod';
import { StoreDamagedError } from '../../../contract/errors.js';
import { lazySchema } from '../../../core/lazy-schema.js';

/**
 * The mirrors of other processes beside the same first store, as one mirror remembers them.
 *
 * Each shows itself in the first store by a random value that changes every minute. No clock is
 * shared: a mirror counts as live until its value has stayed the same through an hour of looks, on
 * this process's monotonic clock. A mirror that this process sees for the first time, or for the
 * first time since it began, counts as live too.
 */
export class Neighbours {
  readonly #seen = new Map<string, { value: string; unchangedMs: number; quiet: boolean }>();
  #lookedAt: number | undefined;
  #remembered: readonly string[] = [];

  /** Takes over what was kept in the mirror. */
  restore(text: string | undefined, storeName: string): void {
    if (text === undefined) return;
    let kept: z.infer<ReturnType<typeof schema>>;
    try {
      kept = schema().parse(JSON.parse(text));
    } catch (cause) {
      throw new StoreDamagedError(`${storeName}: what it remembers of other mirrors cannot be read.`, {}, { cause });
    }
    this.#remembered = kept.live;
    for (const [id, value] of Object.entries(kept.quiet)) this.#seen.set(id, { value, unchangedMs: QUIET_MS, quiet: true });
  }

  /** Takes in what the others show. `now`: ms of the monotonic clock. */
  look(shown: ReadonlyMap<string, string>, now: number): void {
    this.#remembered = [];
    // While the first store is away, nobody can show anything: that time does not count.
    const passed = this.#lookedAt === undefined ? 0 : Math.min(now - this.#lookedAt, LOOKED_MS);
    this.#lookedAt = now;
    for (const id of this.#seen.keys()) if (!shown.has(id)) this.#seen.delete(id);
    for (const [id, value] of shown) {
      const before = this.#seen.get(id);
      if (before?.value !== value) this.#seen.set(id, { value, unchangedMs: 0, quiet: false });
      else {
        before.unchangedMs += passed;
        before.quiet ||= before.unchangedMs >= QUIET_MS;
      }
    }
  }

  /** Whether one of them may be live. */
  get live(): boolean {
    return this.#remembered.length > 0 || [...this.#seen.values()].some(({ quiet }) => !quiet);
  }

  /** The text that the mirror keeps. Changes only when a neighbour comes, goes or falls quiet. */
  toString(): string {
    const live: string[] = [];
    const quiet: Record<string, string> = {};
    for (const [id, one] of this.#seen) {
      if (one.quiet) quiet[id] = one.value;
      else live.push(id);
    }
    return JSON.stringify({ live, quiet });
  }
}

/** The most that one look adds in ms: two pauses between looks. */
const LOOKED_MS = 120_000;

/**
 * A mirror that showed nothing new for this long, in ms, is not live. Far longer than a short
 * outage of one process.
 */
const QUIET_MS = 3_600_000;

const schema = lazySchema(() => z.object({ live: z.array(z.string()), quiet: z.record(z.string(), z.string()) }));
