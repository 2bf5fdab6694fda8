import { resetMigration as forgetMigration } from '../../migration/completion-mark.js';
import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { withStore } from '../open-store.js';
import { count } from '../text/times.js';

/** `reset-migration`: makes the store forget that a migration ran. */
export const resetMigration: Command = {
  name: 'reset-migration',
  args: '[name]',
  summary: 'forget that a migration was completed: the next one runs again; codes stay',
  examples: ['reset-migration --store ./sent-codes.json'],
  exits: ['0  forgotten', '1  there was none of that name', '2  wrong call', '3  store error'],
  run: (context, name) =>
    withStore(context, 'write', async ({ store }) => {
      const forgotten = await forgetMigration(store, typeof name === 'string' ? { name } : {});
      if (context.flags.has('json')) await printJson(context, { forgotten });
      else await print(context, `${count(forgotten, 'migration')} forgotten. The codes stay.`);
      return forgotten > 0 ? EXIT.ok : EXIT.no;
    }),
};
