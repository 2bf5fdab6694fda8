import type { ScannedRecord } from '../../../core/driver.js';
import type { CodeKey } from '../../../domain/codes.js';
import type { Chain } from '../chain/chain.js';
import { type HoldPair, isHeld, isStale, updateHolds } from '../chain/hold-copies.js';
import type { Mirror } from '../chain/mirror.js';
import { copyRecords, type MaybeRecord } from '../chain/record-strength.js';

/**
 * Copies guilds from the first store into mirrors, a few guilds at a time. No guild is copied twice
 * at once.
 */
export class GuildCopies {
  readonly #chain: Chain;
  readonly #running = new Map<string, Promise<void>>();
  readonly #lanes = Array.from({ length: LANES }, () => Promise.resolve());
  #next = 0;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /**
   * Starts the copies that guilds need. Resolves when they are made or have failed; at once if they
   * are many.
   */
  async ensure(guilds: Iterable<string>): Promise<void> {
    const copies = [...guilds].filter((guild) => this.#targets(guild).size > 0).map((guild) => this.#start(guild));
    if (copies.length <= AWAITED) await Promise.all(copies);
  }

  /** Resolves when no copy is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  #start(guildId: string): Promise<void> {
    const running = this.#running.get(guildId);
    if (running !== undefined) return running;
    const lane = this.#next++ % LANES;
    const copy = (this.#lanes[lane] ?? Promise.resolve())
      .then(() => this.#copy(guildId))
      .finally(() => this.#running.delete(guildId));
    this.#running.set(guildId, copy);
    this.#lanes[lane] = copy;
    return copy;
  }

  /** Mirrors that lack the guild, each with its era: a copy counts only if its era lasts. */
  #targets(guildId: string): Map<Mirror, string> {
    const targets = new Map<Mirror, string>();
    if (!this.#chain.first.up || this.#chain.closing) return targets;
    for (const mirror of this.#chain.mirrors) {
      if (mirror.up && mirror.joined && mirror.coverage.era !== undefined && !mirror.coverage.covers(guildId))
        targets.set(mirror, mirror.coverage.era);
    }
    return targets;
  }

  async #copy(guildId: string): Promise<void> {
    const { locks } = this.#chain;
    await locks.exclusive([copyLock(guildId)], async () => {
      // A barrier. A write that the mirror missed while it was down may still be on its way to the
      // first store:
      //
      //   write: mirror down, passed by            first store: X
      //   mirror: back, new era      copy reads: no X    covers the guild without X
      //
      // After this, a write either goes to the mirror first, or ends the era of the copy.
      await locks.exclusive([guildId], async () => undefined);
      const targets = this.#targets(guildId);
      if (targets.size === 0) return;
      try {
        await this.#fill(guildId, targets);
      } catch {
        // A member is down, and that was told. The next healthy call begins again.
      }
    });
  }

  /**
   * Gives a mirror the first store's holds in place of its own. Otherwise a mirror that missed a
   * take would keep the hold of the owner before, and be believed:
   *
   * ```text
   * first store: X of T1, over     taken by T2, alive
   * mirror:      X of T1, over     missed                copied: X of T1 still     outage: X to T3
   * ```
   */
  async #updateHolds(mirror: Mirror, guildId: string, copied: readonly ScannedRecord[]): Promise<void> {
    const chain = this.#chain;
    const held = copied.filter(({ record }) => isHeld(record));
    if (held.length === 0) return;
    const copies = await mirror.call((store) => store.readRecords(held));
    const suspects = staleOf(
      held,
      held.map(({ record }) => record),
      copies,
    );
    if (suspects.length === 0) return;
    // Read again while no other call of this process is under way: the mirror's record may be
    // newer.
    await chain.locks.exclusive([guildId], async () => {
      const own = await chain.first.call((store) => store.readRecords(suspects));
      const copy = await mirror.call((store) => store.readRecords(suspects));
      const stale = staleOf(suspects, own, copy).filter((key) => !chain.isPending(key));
      await mirror.call((store) => updateHolds(store, stale, chain.options.leaseMs));
    });
  }

  async #fill(guildId: string, targets: ReadonlyMap<Mirror, string>): Promise<void> {
    let records = 0;
    let chunk: ScannedRecord[] = [];
    const flush = async (): Promise<void> => {
      const part = chunk;
      chunk = [];
      records += part.length;
      await Promise.all(
        [...targets.keys()].map(async (mirror) => {
          await mirror.call((store) => copyRecords(store, part, this.#chain.options.leaseMs));
          await this.#updateHolds(mirror, guildId, part);
        }),
      );
    };
    for await (const record of this.#chain.first.scan({ guildId })) {
      chunk.push(record);
      if (chunk.length >= CHUNK) await flush();
      if (this.#chain.closing) return;
    }
    await flush();
    for (const [mirror, era] of targets) {
      if (await mirror.coverage.cover(guildId, era))
        this.#chain.tell({ type: 'guild-copied', store: mirror.name, guildId, records });
    }
  }
}

/** The codes that two stores hold, where the copy in the second is stale. */
function staleOf(keys: readonly CodeKey[], own: readonly MaybeRecord[], copies: readonly MaybeRecord[]): HoldPair[] {
  return keys.flatMap(({ guildId, code }, index) => {
    const [record, copy] = [own[index], copies[index]];
    const pair = isHeld(record) && isHeld(copy) ? { guildId, code, record, copy } : undefined;
    return pair !== undefined && isStale(pair) ? [pair] : [];
  });
}

const CHUNK = 500;
/** Copies at a time: they share the mirrors' syncs. */
const LANES = 8;
/** A call of more guilds than this does not wait for their copies. */
const AWAITED = 20;

/**
 * The lock of a guild's copy. Work that frees codes takes it too: otherwise a copy would bring back
 * what was just forgotten.
 */
export function copyLock(guildId: string): string {
  // No guild id has a colon in it.
  return `copy:${guildId}`;
}
