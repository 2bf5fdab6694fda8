/** A code that was not moved because no store can keep it. */
export interface RefusedCode {
  /** What the source has, as text. */
  readonly code: string;
  /** Why it was refused. */
  readonly reason: string;
}

/**
 * What became of one guild's codes. `found` is the sum of `migrated`, `alreadyThere`, `repeats`, `notMoved` and the number of `refused`.
 */
export interface GuildMigration {
  /** The guild; for an entry whose guild cannot be told, its place in the source. */
  readonly guildId: string;
  /** Number of codes that the source has for the guild, with repeats, and with the global codes that count for it. */
  readonly found: number;
  /** Number of codes that this run marked; in a dry run, that it would mark. */
  readonly migrated: number;
  /** Number of codes that were marked before. */
  readonly alreadyThere: number;
  /** Number of times that the source names a code again. Much later in a stream, it counts as already there. */
  readonly repeats: number;
  /** Codes that no store can keep. They do not keep the migration from being complete. */
  readonly refused: readonly RefusedCode[];
  /** Number of codes that are not known to be moved, because of `error`. */
  readonly notMoved: number;
  /** Why the guild could not be moved, if it could not: the first of its failures. Such a guild keeps the migration from being complete. */
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

/** What a legacy state has under `global`, apart from composite strings. `found` is the sum of `codes`, `repeats` and the number of `refused`. */
export interface GlobalCodesReport {
  readonly found: number;
  /** Number of different codes. */
  readonly codes: number;
  readonly repeats: number;
  readonly refused: readonly RefusedCode[];
  /** Number of guilds for which they counted. 0: they were left behind. */
  readonly guilds: number;
}

/** What a migration did. */
export interface MigrationReport {
  /** `skipped`: it was complete before, and nothing was read. `incomplete`: a guild could not be moved; comes with `MIGRATION_INCOMPLETE`. */
  readonly status: 'completed' | 'incomplete' | 'skipped';
  /** The name under which the target remembers the migration. */
  readonly name: string;
  /** Whether nothing was written. */
  readonly dryRun: boolean;
  /** Whether the target remembers that the migration is complete. Always `false` for one without metadata: it runs again each time. */
  readonly remembered: boolean;
  /** Each guild of the source, in its order. */
  readonly guilds: readonly GuildMigration[];
  readonly totals: MigrationTotals;
  /** Only of a legacy state. */
  readonly globalCodes?: GlobalCodesReport;
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
