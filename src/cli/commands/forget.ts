import { type Command, print, printJson } from '../command.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-codes.js';
import { withStore } from '../open-store.js';

/** `forget`: makes codes count as new. */
export const forget: Command = {
  name: 'forget',
  args: '<guild> <...codes>',
  summary: 'forget codes, so that they are sent again: for a code that was issued again',
  options: [['--yes', 'do not ask']],
  examples: ['forget 1147956569271697518 WOS0408 --yes --store ./sent-codes.json'],
  exits: ['0  every code was forgotten', '1  at least one was not there, or is being sent', '2  wrong call', '3  store error'],
  run: (context, guild, codes) =>
    withStore(context, 'write', async ({ store }) => {
      const given = codes as readonly string[];
      const states = await store.states(guild as string, given);
      if (
        !(await confirm(
          context,
          `Forget ${[...states.keys()].join(', ')} in guild ${String(guild)}? They are sent again if they are still offered.`,
        ))
      ) {
        await print(context, 'Nothing was forgotten.');
        return EXIT.no;
      }
      const forgotten = await store.forget(guild as string, given);
      if (context.flags.has('json')) await printJson(context, { guildId: guild, asked: states.size, forgotten });
      else await print(context, `${forgotten} of ${states.size} forgotten in guild ${String(guild)}.`);
      return forgotten === states.size ? EXIT.ok : EXIT.no;
    }),
};
