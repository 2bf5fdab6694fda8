import { compactFile } from '../../stores/json-file/compact-file.js';
import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { storeLocation } from '../location.js';
import { storeLogger } from '../open-store.js';
import { showBytes } from '../text/times.js';
import { UsageError } from '../usage-error.js';

/** `compact`: folds the journal of a file into its snapshot. */
export const compact: Command = {
  name: 'compact',
  summary: 'fold the journal of a file into its snapshot; the bot does it by itself too',
  details: ['Afterwards the snapshot alone has everything, for a backup or a look.'],
  examples: ['compact --store ./sent-codes.json'],
  run: async (context) => {
    const location = storeLocation(context);
    if (location.kind !== 'file') throw new UsageError('A database has no journal. compact is for a file.');
    const { before, after } = await compactFile({
      path: location.path,
      lockTimeoutMs: context.flags.number('wait') ?? 0,
      logger: storeLogger(context),
      clock: context.clock,
    });
    if (context.flags.has('json')) await printJson(context, { path: location.path, before, after });
    else
      await print(context, `${location.path}: ${showBytes(before)} before, ${showBytes(after)} now, all of it in the snapshot.`);
    return EXIT.ok;
  },
};
