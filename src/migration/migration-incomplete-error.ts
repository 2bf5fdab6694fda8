import { SentCodeStoreError } from '../contract/errors.js';
import { errorText } from '../domain/error-text.js';
import type { MigrationReport } from './report.js';

/**
 * Some guilds could not be moved. Moved codes stay, and the next run moves the rest. `cause` is the
 * first failure.
 */
export class MigrationIncompleteError extends SentCodeStoreError {
  /** The figures of each guild; a guild that could not be moved has an `error`. */
  readonly report: MigrationReport;

  constructor(report: MigrationReport, cause: unknown) {
    const failed = report.guilds.filter(({ error }) => error !== undefined).map(({ guildId }) => guildId);
    const names = failed.slice(0, 5).join(', ') + (failed.length > 5 ? ', …' : '');
    const guilds = failed.length === 0 ? '' : ` (${failed.length} of ${report.guilds.length} guilds failed: ${names})`;
    super(
      'MIGRATION_INCOMPLETE',
      `Migration of ${report.name} is not complete${guilds}: ${errorText(cause)} What was moved stays. Do not send from the target before a run completes.`,
      { cause, retryable: cause instanceof SentCodeStoreError && cause.retryable },
    );
    this.report = report;
  }
}
