import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { requireKnownIdentity } from '../location.js';
import { withStore } from '../open-store.js';
import { UsageError } from '../usage-error.js';

/** `mark`: marks codes as sent. */
export const mark: Command = {
  name: 'mark',
  args: '<guild> <...codes>',
  summary: 'mark codes as sent, without sending them',
  details: ['The first mark of a code wins: a code that was sent keeps its time and source.'],
  options: [
    ['--source <word>', 'where the mark comes from; default: manual'],
    ['--sent-at <time>', 'when it was sent, as 2026-07-14T09:30:00Z; default: now'],
  ],
  examples: [
    'mark 1147956569271697518 WOS0408 --store ./sent-codes.json',
    'mark 1147956569271697518 WOS0408 --source website --sent-at 2026-07-14T09:30:00Z',
    'mark -- -1001234567890 CODE    # a chat of Telegram; a code that begins with - needs the -- too',
  ],
  run: (context, guild, codes) => {
    requireKnownIdentity(context);
    const sentAt = sentAtOf(context.flags.text('sentAt'));
    const options = { source: context.flags.text('source') ?? 'manual', ...(sentAt && { sentAt }) };
    return withStore(context, 'write', async ({ store }) => {
      const result = await store.markSent(guild as string, codes as readonly string[], options);
      const { marked, alreadySent } = result;
      if (context.flags.has('json')) await printJson(context, { guildId: guild, ...result });
      else {
        if (marked.length > 0) await print(context, `Marked ${marked.join(', ')} as sent to guild ${String(guild)}.`);
        if (alreadySent.length > 0) await print(context, `Sent before: ${alreadySent.join(', ')}.`);
      }
      return EXIT.ok;
    });
  },
};

function sentAtOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(time.getTime())) {
    throw new UsageError(`--sent-at is ${JSON.stringify(text)}. Pass a time such as 2026-07-14T09:30:00Z.`);
  }
  return time;
}
