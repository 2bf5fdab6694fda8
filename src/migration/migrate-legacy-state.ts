import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { Logger } from '../contract/logger.js';
import type { SentCodeStore } from '../contract/store.js';
import { type Clock, systemClock } from '../domain/clock.js';
import { checkOptions } from '../core/check-options.js';
import {
  clockSchema,
  flagSchema,
  functionSchema,
  hasMethods,
  loggerSchema,
  optionSchema,
  signalSchema,
  textSchema,
  checkedLaterSchema,
  wordOrFunctionSchema,
} from '../core/option-schemas.js';
import { changeState } from '../stores/legacy/adapter.js';
import { completionOf, setCompletion } from './completion-mark.js';
import type { GlobalCodes } from './legacy-source.js';
import { MigrationIncompleteError } from './migration-incomplete-error.js';
import { Mover, MoveStoppedError } from './mover.js';
import { type MigrationProgress, type MigrationReport, totalsOf } from './report.js';
import { knowSource, type MigrationSource } from './source.js';
import { targetOf } from './target.js';

/** Options of {@link migrateLegacyState}. */
export interface MigrationOptions {
  /** Where the codes are: a legacy state, documents of guilds, another store, or any iterable. It is only read, unless `markLegacyState`. */
  readonly from: MigrationSource;
  /** Where they go. */
  readonly to: SentCodeStore;
  /** For which guilds the legacy state's codes under `global` count; `'every-guild'` that the state names, unless given. */
  readonly globalCodes?: GlobalCodes;
  /** Gives the report, and writes nothing. Remembers each code that it would mark, so it needs memory for all of them. */
  readonly dryRun?: boolean;
  /** Runs also if the migration was completed before. */
  readonly force?: boolean;
  /** Writes `migrated_to_sent_adapter: true` into the legacy state, once every guild is in the target. `false` unless given. */
  readonly markLegacyState?: boolean;
  /** The name under which the target remembers that the migration is complete; made from `from` unless given. 1 to 100 characters. */
  readonly name?: string;
  /** Told how far the migration is, after each batch of some thousand codes. */
  readonly onProgress?: (progress: MigrationProgress) => unknown;
  /** Stops the migration between two batches, with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Where the log lines go; nowhere unless given. */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
}

const optionsSchema = z.strictObject({
  from: checkedLaterSchema,
  to: optionSchema<SentCodeStore>((value) => hasMethods(value, ['statesMany', 'markSentMany', 'ping']), 'a store'),
  globalCodes: wordOrFunctionSchema('every-guild', 'skip').optional(),
  dryRun: flagSchema.optional(),
  force: flagSchema.optional(),
  markLegacyState: flagSchema.optional(),
  name: textSchema(100).optional(),
  onProgress: functionSchema().optional(),
  signal: signalSchema.optional(),
  logger: loggerSchema.optional(),
  clock: clockSchema.optional(),
});

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Moves codes that were sent into a store, with the source `migration`, and the time that the source has, or else the time of the migration.
 * Marks that the target has stay as they are, so it can run any number of times, and a run after a crash moves what is left.
 *
 * When every guild is in, the target remembers it, and later runs do nothing; a target without metadata cannot, and each run goes through
 * everything again. A code that no store can keep is refused and reported, and stops nothing.
 *
 * `MIGRATION_INCOMPLETE` ({@link MigrationIncompleteError}, with the report) if a guild could not be moved; `ABORTED`; `LEGACY_STATE_INVALID`,
 * `STORE_NOT_FOUND` and others if the source cannot be read at all.
 */
export async function migrateLegacyState(options: MigrationOptions): Promise<MigrationReport> {
  checkOptions(optionsSchema, options, 'migrateLegacyState');
  const { to, globalCodes = 'every-guild', dryRun = false, logger = silent, clock = systemClock } = options;
  const source = knowSource(options.from);
  const name = options.name ?? source.name;
  if ((options.from as unknown) === to) {
    throw new InvalidInputError('INVALID_OPTION', 'from', 'migrateLegacyState: from and to are the same store.');
  }
  if (options.markLegacyState === true && source.adapter === undefined) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'markLegacyState',
      'migrateLegacyState: markLegacyState is true, and from is no legacy state that can be written: pass legacyStateFile(path), ' +
        'legacyStateCollection(collection) or { getState, setState }.',
    );
  }
  const target = targetOf(to);
  const completedAt = target.metadata && (await completionOf(target.metadata, name));
  if (completedAt !== undefined && options.force !== true) {
    logger.info(`Migration already completed, skipping (${name}, completed at ${completedAt}; force runs it again)`);
    return { status: 'skipped', name, dryRun, remembered: true, guilds: [], totals: totalsOf([]) };
  }
  logger.info(`Migration started${dryRun ? ' (dry run)' : ''}: ${name} -> ${to.name}`);
  const opened = await source.open({ globalCodes, identity: to.identity });
  const mover = new Mover({
    target,
    identity: to.identity,
    pingTarget: () => to.ping(),
    now: clock.now(),
    dryRun,
    logger,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  const stopped = await mover.move(opened).catch((error: unknown) => {
    if (error instanceof MoveStoppedError) return error;
    throw error;
  });
  const guilds = mover.guilds;
  const report = {
    name,
    dryRun,
    remembered: completedAt !== undefined,
    guilds,
    totals: totalsOf(guilds),
    ...(opened.globalCodes && { globalCodes: opened.globalCodes }),
  };
  const failed = guilds.find(({ error }) => error !== undefined);
  if (stopped !== undefined || failed !== undefined) {
    const error = new MigrationIncompleteError({ ...report, status: 'incomplete' }, stopped?.cause ?? failed?.error);
    logger.error(error.message);
    throw error;
  }
  if (dryRun) {
    logger.info(`Dry run complete: ${report.totals.migrated} total codes would be migrated`);
    return { ...report, status: 'completed' };
  }
  // First the old state, then the target: a crash in between leaves a flag that is true, and a migration that runs again and ends at once.
  if (options.markLegacyState === true && source.adapter !== undefined) {
    await changeState(source.adapter, { flags: ['migrated_to_sent_adapter'] });
  }
  if (target.metadata === undefined) logger.warn(`${to.name} keeps no marks of migrations: this one runs again each time`);
  else await setCompletion(target.metadata, name, new Date(clock.now()));
  logger.info(`Migration complete: ${report.totals.migrated} total codes migrated`);
  return { ...report, status: 'completed', remembered: target.metadata !== undefined };
}
