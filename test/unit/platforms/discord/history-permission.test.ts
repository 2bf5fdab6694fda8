import { PermissionsBitField } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { mayReadHistory } from '../../../../src/platforms/discord/history-permission.js';

const { ViewChannel, ReadMessageHistory, Administrator, Connect, SendMessages } = PermissionsBitField.Flags;
const BOTH = ViewChannel | ReadMessageHistory;
const GUILD = '1';
const ROLE = '2';
const BOT = '3';
const OTHER = '4';

interface Overwrite {
  readonly id: string;
  readonly allow?: bigint;
  readonly deny?: bigint;
}

/** Whether the bot, which has one role, may read in a channel of this kind. */
function mayRead(
  everyone: bigint,
  role: bigint,
  overwrites: readonly Overwrite[] = [],
  channel: object = { type: 0 },
): Promise<boolean> {
  const written = overwrites.map(({ id, allow = 0n, deny = 0n }) => ({ id, allow: String(allow), deny: String(deny) }));
  const answers: Readonly<Record<string, unknown>> = {
    '/channels/9': { guild_id: GUILD, permission_overwrites: written, ...channel },
    '/channels/8': { type: 0, guild_id: GUILD, permission_overwrites: written },
    [`/guilds/${GUILD}/roles`]: [
      { id: GUILD, permissions: String(everyone) },
      { id: ROLE, permissions: String(role) },
      { id: OTHER, permissions: String(Administrator) },
    ],
    [`/guilds/${GUILD}/members/${BOT}`]: { roles: [ROLE] },
  };
  return mayReadHistory(async (route) => answers[route], '9', BOT);
}

describe('whether the bot may read the history of a channel', () => {
  it.for<[what: string, may: boolean, asked: Promise<boolean>]>([
    ['everybody may', true, mayRead(BOTH, 0n)],
    ['its role may', true, mayRead(0n, BOTH)],
    ['only another role may', false, mayRead(0n, 0n)],
    ['everybody may see, and nobody read', false, mayRead(ViewChannel, SendMessages)],
    ['everybody may read, and nobody see', false, mayRead(ReadMessageHistory, 0n)],
    ['an administrator may always', true, mayRead(0n, Administrator, [{ id: GUILD, deny: BOTH }])],
    ['the channel denies everybody', false, mayRead(BOTH, BOTH, [{ id: GUILD, deny: ReadMessageHistory }])],
    ['the channel allows everybody', true, mayRead(0n, 0n, [{ id: GUILD, allow: BOTH }])],
    ['the channel denies its role', false, mayRead(BOTH, 0n, [{ id: ROLE, deny: ViewChannel }])],
    ['the channel denies another role', true, mayRead(BOTH, 0n, [{ id: OTHER, deny: ViewChannel }])],
    [
      'its role comes after everybody',
      true,
      mayRead(BOTH, 0n, [
        { id: ROLE, allow: BOTH },
        { id: GUILD, deny: BOTH },
      ]),
    ],
    [
      'the bot itself comes last',
      false,
      mayRead(BOTH, 0n, [
        { id: BOT, deny: BOTH },
        { id: ROLE, allow: BOTH },
      ]),
    ],
    [
      'a thread has the overwrites of its channel',
      false,
      mayRead(BOTH, 0n, [{ id: GUILD, deny: BOTH }], { type: 11, parent_id: '8', permission_overwrites: [] }),
    ],
    ['a voice channel needs Connect too', false, mayRead(BOTH, 0n, [], { type: 2 })],
    ['a voice channel with Connect', true, mayRead(BOTH | Connect, 0n, [], { type: 2 })],
    ['a direct message has no permissions', true, mayRead(0n, 0n, [], { type: 1, guild_id: undefined })],
  ])('%s: %s', async ([, may, asked]) => {
    expect(await asked).toBe(may);
  });
});
