import { addCounts, type AnnounceReport, type GuildReport, type StatusCounts } from './report.js';

/** The report of an announce in the making: all of it, or counts that take no memory. */
export class CollectedReport<T> {
  readonly #total: number;
  readonly #guilds: GuildReport<T>[] | undefined;
  #counts: StatusCounts = addCounts([]);
  #failed = 0;
  #done = 0;

  constructor(total: number, kept: 'full' | 'counts' = 'full') {
    this.#total = total;
    this.#guilds = kept === 'full' ? [] : undefined;
  }

  /** Adds a guild by its place among all guilds. Returns how many there are now. */
  add(index: number, guild: GuildReport<T>): number {
    if (this.#guilds !== undefined) this.#guilds[index] = guild;
    if (guild.status === 'done') this.#counts = addCounts([this.#counts, guild.report.counts]);
    else this.#failed += 1;
    this.#done += 1;
    return this.#done;
  }

  /** The report of all guilds. */
  report(): AnnounceReport<T> {
    return { guilds: this.#guilds ?? [], counts: this.#counts, totalGuilds: this.#total, failedGuilds: this.#failed };
  }
}
