import type { Logger } from '../contract/logger.js';
import { withErrorJson } from '../domain/error-json.js';
import { errorText } from '../domain/error-text.js';
import type { GuildMigration, RefusedCode } from './report.js';

/** The figures of one guild so far. */
export class GuildAccount implements GuildMigration {
  readonly guildId: string;
  readonly refused: RefusedCode[] = [];
  found = 0;
  migrated = 0;
  alreadyThere = 0;
  repeats = 0;
  notMoved = 0;
  error?: unknown;

  constructor(guildId: string) {
    this.guildId = guildId;
  }

  /** Counts codes that could not be moved. The first reason is kept. */
  fail(error: unknown, codes: number): void {
    this.notMoved += codes;
    this.error ??= error;
  }

  /** The figures as a plain value. */
  toReport(): GuildMigration {
    const { guildId, found, migrated, alreadyThere, repeats, refused, notMoved, error } = this;
    return withErrorJson({
      guildId,
      found,
      migrated,
      alreadyThere,
      repeats,
      refused: [...refused],
      notMoved,
      ...(error !== undefined && { error }),
    });
  }
}

/** Writes the log line of a finished guild. */
export function logGuild(logger: Logger, guild: GuildMigration, dryRun: boolean): void {
  const { guildId, found, migrated, alreadyThere, repeats, refused, notMoved, error } = guild;
  const figures = `${found} found, ${alreadyThere} already there, ${repeats} repeats, ${refused.length} refused`;
  if (error === undefined) {
    logger.info(`${dryRun ? 'Would migrate' : 'Migrated'} ${migrated} codes for guild ${guildId} (${figures})`);
    return;
  }
  logger.error(
    `Migration of guild ${guildId} failed: ${errorText(error)} (${migrated} migrated, ${notMoved} not moved, ${figures})`,
  );
}
