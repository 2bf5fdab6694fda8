import { SentCodeStoreError } from '../../contract/errors.js';
import type { SentCodeStore } from '../../contract/store.js';
import { errorText } from '../../domain/error-text.js';
import { migrateLegacyState } from '../../migration/migrate-legacy-state.js';
import { MigrationIncompleteError } from '../../migration/migration-incomplete-error.js';
import type { MigrationReport } from '../../migration/report.js';
import { MemoryStore } from '../../stores/memory/memory-store.js';
import { type Command, type Context, print, printJson } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { requireKnownIdentity } from '../location.js';
import { openMigrationSource } from '../migration-source.js';
import { storeOptions, withStore } from '../open-store.js';
import { ProgressBar } from '../text/progress-bar.js';
import { table } from '../text/table.js';
import { count } from '../text/times.js';

/** The most refused codes that are listed. */
const MOST_REFUSED = 10;

/** `migrate`: moves an older bot's state into the store. */
export const migrate: Command = {
  name: 'migrate',
  args: '<kind> <from>',
  summary: 'move an older bot’s state into the store: file, document, guilds or collection',
  details: [
    'file: giftcode_state.json. document: the document giftcode_state. guilds: one document for each guild. collection: documents guild:CODE. ' +
      'The old state is only read. It can be repeated; a completed migration is remembered.',
  ],
  options: [
    ['--dry-run', 'write nothing, and report what would happen'],
    ['--force', 'run a completed migration again'],
    ['--global-codes <where>', 'every-guild (default), or skip: for whom codes under "global" count'],
    ['--name <name>', 'the name under which the store remembers it'],
    ['--from-database <name>', 'database of the old state; default: the one of the URI'],
    ['--from-collection <name>', 'its collection; default: giftcode_state or sent_giftcodes'],
  ],
  examples: [
    'migrate file ./giftcode_state.json --dry-run --store ./sent-codes.json --create',
    'migrate document mongodb://127.0.0.1/old_bot --store "$MONGODB_URI"',
    'migrate guilds "$MONGODB_URI" --from-collection sent_codes_by_guild',
  ],
  exits: [
    '0  complete, or completed before',
    '1  some guilds could not be moved; what was moved stays',
    '2  wrong call',
    '3  store error',
  ],
  run: async (context, kind, from) => {
    requireKnownIdentity(context);
    const run = (store: SentCodeStore): Promise<ExitCode> => move(context, store, kind as string, from as string);
    if (!context.flags.has('dryRun')) return withStore(context, 'write', ({ store }) => run(store));
    try {
      return await withStore(context, 'read', ({ store }) => run(store));
    } catch (error) {
      const isNew = error instanceof SentCodeStoreError && error.code === 'STORE_NOT_FOUND' && context.flags.has('create');
      if (!isNew) throw error;
      return run(new MemoryStore(storeOptions(context)));
    }
  },
};

async function move(context: Context, to: SentCodeStore, kind: string, where: string): Promise<ExitCode> {
  const { flags, terminal, signal, clock } = context;
  const source = await openMigrationSource(context, kind, where);
  const bar = new ProgressBar(terminal, clock, source.total);
  const globalCodes = flags.word('globalCodes', ['every-guild', 'skip']);
  const name = flags.text('name') ?? source.name;
  let migrated = 0;
  try {
    const report = await migrateLegacyState({
      from: source.from,
      to,
      dryRun: flags.has('dryRun'),
      force: flags.has('force'),
      signal,
      clock,
      onProgress: (progress) => {
        migrated = progress.migrated;
        bar.update(source.doneOf(progress), source.noun);
      },
      ...(globalCodes && { globalCodes }),
      ...(name !== undefined && { name }),
    });
    bar.end();
    await show(context, report);
    return EXIT.ok;
  } catch (error) {
    bar.end();
    if (error instanceof MigrationIncompleteError) await show(context, error.report);
    if (signal.aborted) terminal.warn(`${count(migrated, 'code')} moved.\n`);
    throw error;
  } finally {
    await source.close();
  }
}

async function show(context: Context, report: MigrationReport): Promise<void> {
  if (context.flags.has('json')) return printJson(context, report);
  const { status, guilds, totals, dryRun, name } = report;
  if (status === 'skipped') return print(context, `${name}: completed before, so nothing was read. --force runs it again.`);
  const rows = [...guilds, { guildId: count(totals.guilds, 'guild'), ...totals, refused: { length: totals.refused } }].map(
    (guild) => [
      guild.guildId,
      ...[guild.found, guild.migrated, guild.alreadyThere, guild.repeats, guild.refused.length, guild.notMoved].map(String),
      'error' in guild && guild.error !== undefined ? errorText(guild.error) : '',
    ],
  );
  const titles = ['found', dryRun ? 'to move' : 'moved', 'there', 'repeats', 'refused', 'left'];
  const columns = [{ title: 'guild' }, ...titles.map((title) => ({ title, right: true })), { title: 'error' }];
  await print(context, table(context.terminal, columns, rows));
  const refused = guilds.flatMap((guild) => guild.refused.map((code) => `${guild.guildId}: ${code.reason}`));
  for (const line of refused.slice(0, MOST_REFUSED)) await print(context, `refused: ${line}`);
  if (refused.length > MOST_REFUSED) await print(context, `refused: ${refused.length - MOST_REFUSED} more; --json has them all.`);
  await print(context, dryRun ? `Dry run of ${name}: nothing was written.` : `${name}: ${status}.`);
}
