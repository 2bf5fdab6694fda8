import { type Command, print, printJson } from '../command.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-codes.js';
import { withStore } from '../open-store.js';
import { count } from '../text/times.js';

/** `clear`: forgets a guild. */
export const clear: Command = {
  name: 'clear',
  args: '<guild>',
  summary: 'forget a guild and its baseline: for a bot that was removed from it',
  details: ['If the bot comes back, the guild is a new one. To send everything again, use sent-codes reset.'],
  options: [['--yes', 'do not ask']],
  examples: ['clear 1147956569271697518 --yes --store ./sent-codes.json'],
  run: async (context, guild) => {
    // Before the store is opened: a question may stand for hours, and would keep the file locked.
    if (!(await confirm(context, `Forget guild ${String(guild)} and everything that was sent to it?`))) {
      await print(context, 'Nothing was forgotten.');
      return EXIT.no;
    }
    return withStore(context, 'write', async ({ store }) => {
      const forgotten = await store.clearGuild(guild as string);
      if (context.flags.has('json')) await printJson(context, { guildId: guild, forgotten });
      else await print(context, `Guild ${String(guild)} is forgotten: ${count(forgotten, 'code')}.`);
      return EXIT.ok;
    });
  },
};
