import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { Logger } from '../contract/logger.js';
import { safeLogger } from '../core/callbacks.js';
import type { SentCodeStore } from '../contract/store.js';
import { type Clock, systemClock } from '../domain/clock.js';
import { checkOptions } from '../core/check-options.js';
import { lazySchema } from '../core/lazy-schema.js';
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

/**
 * Moves sent codes into a store. A moved code gets the source `migration`, and the time that the
 * old state has; if there is none, the time of the migration. Old marks of the target stay as they
 * are. So a migration can run any number of times, and a run after a crash moves the rest.
 *
 * When every guild is in, the target remembers the migration, and later runs do nothing. A target
 * without metadata cannot remember, so every run goes through all codes again. A code that no store
 * can keep is refused and reported, and stops nothing.
 *
 * `MIGRATION_INCOMPLETE` ({@link MigrationIncompleteError}, with the report) if a guild could not
 * be moved. `ABORTED` if the signal was aborted. `LEGACY_STATE_INVALID`, `STORE_NOT_FOUND` and
 * others if the source cannot be read at all.
 *
 * @example
 * ```ts
 * import { legacyStateFile, migrateLegacyState } from 'sent-code-store';
 *
 * const report = await migrateLegacyState({
 *   from: legacyStateFile('./giftcode_state.json'),
 *   to: store,
 *   logger: console,
 * });
 * console.log(report.status, report.totals.migrated);
 * ```
 */
export async function migrateLegacyState(options: MigrationOptions): Promise<MigrationReport> {
  checkOptions(optionsSchema, options, 'migrateLegacyState');
  const { to, globalCodes = 'every-guild', dryRun = false, clock = systemClock } = options;
  const logger = safeLogger(options.logger ?? silent);
  const source = knowSource(options.from);
  const name = options.name ?? source.name;
  if ((options.from as unknown) === to) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'from',
      'migrateLegacyState: from and to are the same store. Pass the old state as from and the new store as to.',
    );
  }
  if (options.markLegacyState === true && source.adapter === undefined) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'markLegacyState',
      'migrateLegacyState: markLegacyState is true, and from cannot be written. Pass legacyStateFile(path), ' +
        'legacyStateCollection(collection) or { getState, setState } as from.',
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
  // First the old state, then the target: after a crash in between, the next run finds everything
  // moved and sets the rest.
  if (options.markLegacyState === true && source.adapter !== undefined) {
    await changeState(source.adapter, { flags: ['migrated_to_sent_adapter'] });
  }
  if (target.metadata === undefined) logger.warn(`${to.name} keeps no marks of migrations: this one runs again each time`);
  else await setCompletion(target.metadata, name, new Date(clock.now()));
  logger.info(`Migration complete: ${report.totals.migrated} total codes migrated`);
  return { ...report, status: 'completed', remembered: target.metadata !== undefined };
}

/** Options of {@link migrateLegacyState}. */
export interface MigrationOptions {
  /**
   * Where the codes are: a legacy state, documents of guilds, another store, or any iterable. Only
   * read, except with `markLegacyState`.
   */
  readonly from: MigrationSource;
  /** The store that the codes go into. */
  readonly to: SentCodeStore;
  /**
   * For which guilds the legacy state's codes under `global` count. Default: `'every-guild'` that
   * the state names.
   */
  readonly globalCodes?: GlobalCodes;
  /**
   * Writes nothing, and reports what would happen. Needs memory for all codes that would be marked.
   * Default: `false`.
   */
  readonly dryRun?: boolean;
  /** Runs even if the migration was completed before. Default: `false`. */
  readonly force?: boolean;
  /**
   * Writes `migrated_to_sent_adapter: true` into the legacy state, once every guild is in the
   * target. Default: `false`.
   */
  readonly markLegacyState?: boolean;
  /**
   * The name under which the target remembers the completed migration, 1 to 100 characters.
   * Default: made from `from`.
   */
  readonly name?: string;
  /**
   * Called with the progress after each batch of 5 000 codes. An exception in it stops the
   * migration.
   */
  readonly onProgress?: (progress: MigrationProgress) => unknown;
  /** Stops the migration between two batches, with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Where the log lines go. Default: nowhere. */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
}

const optionsSchema = lazySchema(() =>
  z.strictObject({
    from: checkedLaterSchema(),
    to: optionSchema<SentCodeStore>((value) => hasMethods(value, ['statesMany', 'markSentMany', 'ping']), 'a store'),
    globalCodes: wordOrFunctionSchema('every-guild', 'skip').optional(),
    dryRun: flagSchema().optional(),
    force: flagSchema().optional(),
    markLegacyState: flagSchema().optional(),
    name: textSchema(100).optional(),
    onProgress: functionSchema().optional(),
    signal: signalSchema().optional(),
    logger: loggerSchema().optional(),
    clock: clockSchema().optional(),
  }),
);

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
