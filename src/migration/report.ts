/** What a migration did. */
export interface MigrationReport {
  /**
   * `skipped`: the migration was complete before, and nothing was read. `incomplete`: a guild could
   * not be moved; the report is then in a {@link MigrationIncompleteError}.
   */
  readonly status: 'completed' | 'incomplete' | 'skipped';
  /** The name under which the target remembers the migration. */
  readonly name: string;
  /** Whether nothing was written. */
  readonly dryRun: boolean;
  /**
   * Whether the target remembers that the migration is complete. Always `false` for a target
   * without metadata, where every run goes through all codes.
   */
  readonly remembered: boolean;
  /** Each guild of the source, in the source's order. */
  readonly guilds: readonly GuildMigration[];
  readonly totals: MigrationTotals;
  /** Only for a legacy state. */
  readonly globalCodes?: GlobalCodesReport;
}

/**
 * What became of one guild's codes. `found` is the sum of `migrated`, `alreadyThere`, `repeats`,
 * `notMoved` and the number of `refused`.
 */
export interface GuildMigration {
  /** The guild. If an entry has no guild that can be read, its place in the source. */
  readonly guildId: string;
  /**
   * Number of codes that the source has for the guild, with repeats and with the global codes that
   * count for the guild.
   */
  readonly found: number;
  /** Number of codes that this run marked. In a dry run: would mark. */
  readonly migrated: number;
  /** Number of codes that were marked before. */
  readonly alreadyThere: number;
  /**
   * Number of times that the source names a code again. A repeat that comes much later in a stream
   * counts as already there.
   */
  readonly repeats: number;
  /** Codes that no store can keep. The migration can be complete all the same. */
  readonly refused: readonly RefusedCode[];
  /** Number of codes that may not be moved, because of `error`. */
  readonly notMoved: number;
  /** The first failure of the guild. A guild with an error makes the migration incomplete. */
  readonly error?: unknown;
}

/** Sums over all guilds. */
export interface MigrationTotals {
  /** Number of guilds. */
  readonly guilds: number;
  /** Number of guilds that could not be moved. */
  readonly failedGuilds: number;
  readonly found: number;
  readonly migrated: number;
  readonly alreadyThere: number;
  readonly repeats: number;
  readonly refused: number;
  readonly notMoved: number;
}

/**
 * The codes of a legacy state under `global`. `found` is the sum of `codes`, `repeats` and the
 * number of `refused`.
 */
export interface GlobalCodesReport {
  readonly found: number;
  /** Number of different codes. */
  readonly codes: number;
  readonly repeats: number;
  readonly refused: readonly RefusedCode[];
  /** Number of guilds for which the global codes counted. 0: they were left behind. */
  readonly guilds: number;
}

/** A code that was not moved because no store can keep it. */
export interface RefusedCode {
  /** The code in the source, as text. */
  readonly code: string;
  /** Why the code was refused. */
  readonly reason: string;
}

/** How far a migration is. */
export type MigrationProgress = Omit<MigrationTotals, 'failedGuilds'>;

/** Sums over guilds. */
export function totalsOf(guilds: readonly GuildMigration[]): MigrationTotals {
  const sum = (count: (guild: GuildMigration) => number): number => guilds.reduce((total, guild) => total + count(guild), 0);
  return {
    guilds: guilds.length,
    failedGuilds: sum(({ error }) => (error === undefined ? 0 : 1)),
    found: sum(({ found }) => found),
    migrated: sum(({ migrated }) => migrated),
    alreadyThere: sum(({ alreadyThere }) => alreadyThere),
    repeats: sum(({ repeats }) => repeats),
    refused: sum(({ refused }) => refused.length),
    notMoved: sum(({ notMoved }) => notMoved),
  };
}
