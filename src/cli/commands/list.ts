import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { throwIfStopped } from '../interruption.js';
import { withStore } from '../open-store.js';
import { paint } from '../text/colours.js';
import { showTime } from '../text/times.js';

/** `list`: what was sent to a guild. */
export const list: Command = {
  name: 'list',
  args: '<guild>',
  summary: 'what was sent to a guild',
  details: ['Works beside a running bot, and streams: the order is the one in which the store has the codes.'],
  examples: ['list 1147956569271697518 --store ./sent-codes.json', 'list 1147956569271697518 --json | jq -r .code'],
  run: (context, guild) =>
    withStore(context, 'read', async ({ store }) => {
      const isJson = context.flags.has('json');
      let listed = 0;
      for await (const code of store.listSent(guild as string)) {
        throwIfStopped(context.signal, `${listed} codes were listed.`);
        if (isJson) await printJson(context, code);
        else {
          if (listed === 0) await print(context, paint(context.terminal, 'bold', line('sent at', 'source', 'code')));
          await print(context, line(showTime(code.sentAt), code.source ?? '-', code.code));
        }
        listed += 1;
      }
      if (listed === 0 && !isJson) await print(context, `Nothing was sent to guild ${String(guild)}.`);
      return EXIT.ok;
    }),
};

/** With fixed widths: what streams does not know its longest line. */
function line(sentAt: string, source: string, code: string): string {
  return `${sentAt.padEnd(20)}  ${source.padEnd(9)}  ${code}`;
}
