import { checkCodes } from '../../domain/codes.js';
import { checkGuildId } from '../../domain/guild-id.js';
import type { CodeRecord } from '../../domain/record.js';
import { type Command, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { withStore } from '../open-store.js';
import { table } from '../text/table.js';
import { showAge, showTime } from '../text/times.js';

/** `check`: whether codes were sent to a guild. */
export const check: Command = {
  name: 'check',
  args: '<guild> <...codes>',
  summary: 'whether codes were sent to a guild',
  details: ['Works beside a running bot. A code that is held (claimed or uncertain) was perhaps sent.'],
  examples: [
    'check 1147956569271697518 WOS0408 gogoWOS --store ./sent-codes.json',
    'check 1147956569271697518 WOS0408 --json && echo "sent already"',
  ],
  exits: ['0  every code was sent', '1  at least one was not, or perhaps not', '2  wrong call', '3  store error'],
  run: (context, guild, codes) =>
    withStore(context, 'read', async ({ store, primitives }) => {
      const guildId = checkGuildId(guild as string);
      const keys = checkCodes(guildId, codes as readonly string[], store.identity);
      const records = await primitives.readRecords(keys);
      const allSent = records.every((record) => record?.state === 'sent');
      if (context.flags.has('json')) {
        const answers = keys.map(({ spelling }, index) => ({ code: spelling, ...jsonOf(records[index]) }));
        await printJson(context, { guildId, allSent, codes: answers });
      } else {
        const rows = keys.map(({ spelling }, index) => rowOf(spelling, records[index]));
        await print(context, table(context.terminal, [{ title: 'state' }, { title: 'details' }, { title: 'code' }], rows));
      }
      return allSent ? EXIT.ok : EXIT.no;
    }),
};

function rowOf(spelling: string, record: CodeRecord | undefined): string[] {
  if (record === undefined) return ['absent', 'never sent', spelling];
  if (record.state === 'sent') return ['sent', `${showTime(record.sentAt)} by ${record.source ?? '-'}`, spelling];
  return [record.state, `first tried ${showAge(record.ageMs)} ago, try ${record.attempt}`, spelling];
}

function jsonOf(record: CodeRecord | undefined): object {
  if (record === undefined) return { state: 'absent' };
  if (record.state !== 'sent') {
    const { token: _token, spelling: _spelling, position: _position, size: _size, ...told } = record;
    return told;
  }
  return { ...record, sentAt: record.sentAt === null ? null : new Date(record.sentAt).toISOString() };
}
