import { checkGuildId } from '../../domain/guild-id.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { throwIfStopped } from '../interruption.js';
import { withStore } from '../open-store.js';
import { ProgressBar } from '../text/progress-bar.js';
import { count } from '../text/times.js';
import { endLine, headerLine, metadataLine, recordLine } from '../transfer/transfer-lines.js';

/**
 * What a store keeps of itself that means something to another store. Parts before what names them.
 */
const PREFIXES = ['baseline-part:', 'baseline:', 'migration:'];

/** `export`: all records as lines of JSON. */
export const exportCommand: Command = {
  name: 'export',
  args: '[guild]',
  summary: 'write all records, of one guild or of all, as lines of JSON',
  details: [
    'Works beside a running bot: a file is then as it is at each line. Sent codes with time and source, uncertain codes with their message, baselines. ' +
      'A live claim is written as uncertain.',
  ],
  examples: ['export --store ./sent-codes.json > all.ndjson', 'export 1147956569271697518 > guild.ndjson'],
  run: (context, guild) =>
    withStore(context, 'read', async ({ store, primitives }) => {
      const { terminal, signal, clock, flags } = context;
      const scope = typeof guild === 'string' ? { guildId: checkGuildId(guild) } : {};
      const now = clock.now();
      const bar = new ProgressBar({ ...terminal, showsProgress: terminal.showsProgress && !terminal.isTerminal }, clock);
      await terminal.write(`${headerLine({ identity: store.identity.name, store: store.name, exportedAt: now })}\n`);
      let records = 0;
      for await (const found of primitives.scanRecords(scope)) {
        if (signal.aborted) bar.end();
        throwIfStopped(signal, `${records} records were written, and no end: import refuses what is cut short.`);
        await terminal.write(`${recordLine(found, now)}\n`);
        records += 1;
        if (records % 1000 === 0) bar.update(records, 'records');
      }
      for (const prefix of PREFIXES) {
        for await (const [key, value] of primitives.metadata.list(prefix)) {
          if (scope.guildId === undefined || isOf(key, scope.guildId)) await terminal.write(`${metadataLine(key, value)}\n`);
        }
      }
      await terminal.write(`${endLine(records)}\n`);
      bar.end();
      if (!flags.has('json')) terminal.warn(`${count(records, 'record')} exported.\n`);
      return EXIT.ok;
    }),
};

function isOf(key: string, guildId: string): boolean {
  return key === `baseline:${guildId}` || key.startsWith(`baseline-part:${guildId}:`);
}
