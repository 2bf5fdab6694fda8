import type { UncertainCode } from '../../contract/claims.js';
import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { throwIfStopped } from '../interruption.js';
import { withStore } from '../open-store.js';
import { table } from '../text/table.js';
import { showAge } from '../text/times.js';

/** `uncertain`: the codes whose message may have arrived. */
export const uncertain: Command = {
  name: 'uncertain',
  args: '[guild]',
  summary: 'codes whose message may have arrived, of one guild or of all',
  details: [
    'Look for the message in the channel, then decide with sent-codes resolve.',
    'Works beside a running bot. On the file of a running bot a message that is being sent shows up here too.',
  ],
  examples: ['uncertain --store ./sent-codes.json', 'uncertain 1147956569271697518 --json'],
  run: (context, guild) =>
    withStore(context, 'read', async ({ store }) => {
      const found: UncertainCode[] = [];
      for await (const code of store.listUncertain(guild as string | undefined)) {
        throwIfStopped(context.signal, 'Nothing was changed.');
        if (context.flags.has('json')) await printJson(context, code);
        else found.push(code);
      }
      if (context.flags.has('json')) return EXIT.ok;
      if (found.length === 0) {
        await print(context, 'No code is uncertain.');
        return EXIT.ok;
      }
      const columns = [
        { title: 'guild' },
        { title: 'age' },
        { title: 'try', right: true },
        { title: 'target' },
        { title: 'message' },
        { title: 'code' },
      ];
      const rows = found.map(({ guildId, ageMs, attempt, target, messageId, spelling }) => [
        guildId,
        showAge(ageMs),
        String(attempt),
        target ?? '',
        messageId,
        spelling,
      ]);
      await print(context, table(context.terminal, columns, rows));
      return EXIT.ok;
    }),
};
