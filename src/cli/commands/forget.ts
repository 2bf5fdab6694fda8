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
  run: async (context, guild, codes) => {
    const given = codes as readonly string[];
    const question = `Forget ${given.join(', ')} in guild ${String(guild)}? What is still offered is sent again.`;
    if (!(await confirm(context, question))) {
      await print(context, 'Nothing was forgotten.');
      return EXIT.no;
    }
    return withStore(context, 'write', async ({ store }) => {
      const forgotten = await store.forget(guild as string, given);
      const asked = new Set(given.map((code) => store.identity.normalize(code))).size;
      if (context.flags.has('json')) await printJson(context, { guildId: guild, asked, forgotten });
      else await print(context, `${forgotten} of ${asked} forgotten in guild ${String(guild)}.`);
      return forgotten === asked ? EXIT.ok : EXIT.no;
    });
  },
};
