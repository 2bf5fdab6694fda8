import { resetGuild } from '../../core/reset-guild.js';
import { type Command, print, printJson } from '../command.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-codes.js';
import { requireKnownIdentity } from '../location.js';
import { withStore } from '../open-store.js';

/** `reset`: forgets a guild's codes but for some. */
export const reset: Command = {
  name: 'reset',
  args: '<guild> [...keep]',
  summary: 'forget a guild’s codes, except those named, which count as sent',
  details: ['The guild stays known: its next new code is sent. Without codes to keep, whatever is still offered is sent again.'],
  options: [['--yes', 'do not ask']],
  examples: ['reset 1147956569271697518 WOS0408 gogoWOS --yes --store ./sent-codes.json'],
  run: async (context, guild, keep) => {
    requireKnownIdentity(context);
    const kept = keep as readonly string[];
    const all = kept.length === 0 ? '' : ` but ${kept.join(', ')}`;
    if (!(await confirm(context, `Forget everything that was sent to guild ${String(guild)}${all}?`))) {
      await print(context, 'Nothing was forgotten.');
      return EXIT.no;
    }
    return withStore(context, 'write', async ({ store }) => {
      const forgotten = await resetGuild(store, guild as string, { keep: kept });
      if (context.flags.has('json')) await printJson(context, { guildId: guild, forgotten, kept });
      else await print(context, `${forgotten} forgotten in guild ${String(guild)}, ${kept.length} kept.`);
      return EXIT.ok;
    });
  },
};
