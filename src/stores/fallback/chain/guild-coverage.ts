import type { RandomId } from '../../../domain/random.js';
import { COVERED, ERA, FOREIGN } from '../keys.js';
import type { Member } from './member.js';

/**
 * The guilds that a mirror may answer for.
 *
 * The authority for a guild is the era in which the guild was copied, and counts in that era only.
 * So one small write, a new era, takes the authority for all guilds away.
 */
export class GuildCoverage {
  readonly #mirror: Member;
  readonly #randomId: RandomId;
  readonly #covered = new Map<string, string>();
  readonly #foreign = new Set<string>();
  #era: string | undefined;
  #demoted = false;
  #eraToRevoke: string | undefined;

  constructor(mirror: Member, newId: RandomId) {
    this.#mirror = mirror;
    this.#randomId = newId;
  }

  /** Reads what an earlier process kept. Changes nothing: see {@link GuildCoverage.restore}. */
  async read(): Promise<KeptAuthority> {
    const covered = await this.#mirror.listMetadata(COVERED);
    const foreign = await this.#mirror.listMetadata(FOREIGN);
    return { covered, foreign };
  }

  /** Takes over what was read, and the era that was kept. */
  restore({ covered, foreign }: KeptAuthority, era: string | undefined): void {
    for (const [key, since] of covered) this.#covered.set(key.slice(COVERED.length), since);
    for (const [key] of foreign) this.#foreign.add(key.slice(FOREIGN.length));
    if (!this.#demoted) this.#era = era;
  }

  /** The current era. A copy counts only if its era is still the current one. */
  get era(): string | undefined {
    return this.#era;
  }

  /** Whether the guild was copied from the first store, and no write was missed since. */
  covers(guildId: string): boolean {
    return this.#era !== undefined && this.#covered.get(guildId) === this.#era;
  }

  /** Number of guilds that {@link GuildCoverage.covers}. */
  get coveredGuilds(): number {
    return [...this.#covered.values()].filter((era) => era === this.#era).length;
  }

  /** The guilds that another process writes too. */
  get foreignGuilds(): ReadonlySet<string> {
    return this.#foreign;
  }

  /** Whether the authority is gone, and the mirror has no record of that yet. */
  get demoted(): boolean {
    return this.#demoted;
  }

  /** The era that ended while the mirror could not be written: for a note in the first store. */
  get eraToRevoke(): string | undefined {
    return this.#eraToRevoke;
  }

  /** Remembers that a guild was copied in an era. Does nothing if the era is over. */
  async cover(guildId: string, era: string): Promise<boolean> {
    if (this.#era !== era) return false;
    await this.#mirror.call((store) => store.metadata.set(new Map([[COVERED + guildId, era]])));
    this.#covered.set(guildId, era);
    return this.covers(guildId);
  }

  /** Remembers that another process writes a guild. */
  async setForeign(guildId: string): Promise<void> {
    this.#foreign.add(guildId);
    await this.#mirror.call((store) => store.metadata.set(new Map([[FOREIGN + guildId, 'yes']])));
  }

  /** Takes all authority away, in this process. Returns `false` if it was gone already. */
  demote(): boolean {
    if (this.#demoted) return false;
    this.#demoted = true;
    this.#eraToRevoke = this.#era;
    this.#era = undefined;
    return true;
  }

  /** Takes all authority away for good: begins a new era in the mirror. */
  async beginEra(): Promise<void> {
    this.#demoted = true;
    this.#era = undefined;
    const era = this.#randomId();
    await this.#mirror.probe((store) => store.metadata.set(new Map([[ERA, era]])));
    this.#era = era;
    this.#demoted = false;
    this.#eraToRevoke = undefined;
  }

  /** The first store has a note of the era to revoke. */
  revocationNoted(): void {
    this.#eraToRevoke = undefined;
  }

  /**
   * The records were lost: takes all authority away in this process, and forgets which guilds were
   * copied.
   */
  recordsLost(): void {
    this.#covered.clear();
    this.demote();
  }
}

/** What is kept of a mirror's authority beside its era. */
interface KeptAuthority {
  readonly covered: readonly (readonly [key: string, era: string])[];
  readonly foreign: readonly (readonly [key: string, value: string])[];
}
