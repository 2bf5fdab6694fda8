import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { withStore } from '../open-store.js';
import { ProgressBar } from '../text/progress-bar.js';
import { importLines } from '../transfer/import-lines.js';
import { textLines } from '../transfer/text-lines.js';
import { UsageError } from '../usage-error.js';

/** `import`: reads what `export` wrote. */
export const importCommand: Command = {
  name: 'import',
  summary: 'read an export from stdin into the store',
  details: [
    'What is sent in either stays sent, and the target’s own time and source win. Claims arrive as uncertain. It can be repeated.',
    'Stop the bot that writes the target’s file first.',
  ],
  options: [['--lossy', 'also into a store that cannot keep times, sources or uncertain codes']],
  examples: [
    'import --store "$MONGODB_URI" < all.ndjson',
    'export --store ./old.json | sent-codes import --store ./new.json --create',
  ],
  exits: ['0  everything is in', '1  a line cannot be read, or the export is cut short', '2  wrong call', '3  store error'],
  run: async (context) => {
    const { terminal, signal, clock, randomId, flags } = context;
    const { input } = terminal;
    if (input === undefined) throw new UsageError('Nothing comes in. Pass an export: sent-codes import < all.ndjson');
    return withStore(context, 'write', async ({ store, primitives }) => {
      const bar = new ProgressBar(terminal, clock);
      try {
        const figures = await importLines(textLines(input, signal), {
          store,
          primitives,
          randomId,
          now: clock.now(),
          lossy: flags.has('lossy'),
          signal,
          onProgress: ({ read }) => bar.update(read, 'records'),
        });
        bar.end();
        if (flags.has('json')) await printJson(context, figures);
        else {
          const { read, marked, alreadySent, uncertain, alreadyKnown } = figures;
          await print(
            context,
            `${read} records read: ${marked} marked, ${alreadySent} sent already, ${uncertain} arrived uncertain, ${alreadyKnown} known already.`,
          );
        }
        return EXIT.ok;
      } finally {
        bar.end();
      }
    });
  },
};
