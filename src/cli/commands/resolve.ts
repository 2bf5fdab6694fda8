import type { ExpectedTry } from '../../contract/claims.js';
import type { Flags } from '../flags.js';
import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { withStore } from '../open-store.js';
import { UsageError } from '../usage-error.js';

/** `resolve`: decides uncertain codes. */
export const resolve: Command = {
  name: 'resolve',
  args: '<guild> <...codes>',
  summary: 'decide uncertain codes: they were sent, or they were not',
  details: [
    'Look into the channel first. After not-sent the bot sends the code at its next round. Codes that are not uncertain are left alone.',
  ],
  options: [
    ['--as <outcome>', 'sent or not-sent'],
    ['--message <id>', 'only codes of this message, as uncertain lists it'],
    ['--attempt <n>', 'with --message: only if it was tried so often; a later try is left alone'],
  ],
  examples: [
    'resolve 1147956569271697518 WOS0408 --as sent --store ./sent-codes.json',
    'resolve 1147956569271697518 WOS0408 --as not-sent',
    'resolve 1147956569271697518 WOS0408 --as not-sent --message 3f1c9ab2 --attempt 1',
  ],
  exits: ['0  every code was decided', '1  at least one was not uncertain', '2  wrong call', '3  store error'],
  run: (context, guild, codes) => {
    const as = context.flags.word('as', ['sent', 'not-sent']);
    if (as === undefined) throw new UsageError('Were they sent? Pass --as sent or --as not-sent.');
    const expected = expectedTry(context.flags);
    return withStore(context, 'write', async ({ store }) => {
      const given = codes as readonly string[];
      const states = await store.states(guild as string, given);
      const decided = await store.resolveUncertain(guild as string, given, as, expected);
      if (context.flags.has('json')) await printJson(context, { guildId: guild, as, asked: states.size, decided });
      else {
        await print(context, `${decided} of ${states.size} decided as ${as} in guild ${String(guild)}.`);
        for (const [code, state] of states) if (state !== 'uncertain') await print(context, `${code} is ${state}: left alone.`);
      }
      return decided === states.size ? EXIT.ok : EXIT.no;
    });
  },
};

/** The tries that the caller has looked at. */
function expectedTry(flags: Flags): ExpectedTry | undefined {
  const messageId = flags.text('message');
  const attempt = flags.number('attempt');
  if (messageId === undefined && attempt === undefined) return undefined;
  if (messageId !== undefined && attempt !== undefined) return { messageId, attempt };
  throw new UsageError('Pass --message and --attempt together, as sent-codes uncertain lists them.');
}
