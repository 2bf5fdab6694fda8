import type { ReadDiscord } from './read-discord.js';

/**
 * Whether the bot may see a channel and read its history now. Asked of Discord itself: what
 * discord.js knows comes by the gateway, and can be old while Discord has an outage.
 *
 * Without Read Message History, Discord answers an empty list and no error
 * (https://docs.discord.com/developers/resources/message#get-channel-messages). The rules are those
 * of https://docs.discord.com/developers/topics/permissions#permission-overwrites.
 */
export async function mayReadHistory(read: ReadDiscord, channelId: string, botId: string): Promise<boolean> {
  const asked = (await read(`/channels/${channelId}`)) as ChannelObject;
  const { guild_id: guildId } = asked;
  // A direct message has no permissions.
  if (guildId === undefined) return true;
  // A thread has those of its channel.
  const isThread = THREADS.has(asked.type) && typeof asked.parent_id === 'string';
  const channel = isThread ? ((await read(`/channels/${asked.parent_id}`)) as ChannelObject) : asked;
  const roles = (await read(`/guilds/${guildId}/roles`)) as readonly Role[];
  const member = (await read(`/guilds/${guildId}/members/${botId}`)) as { readonly roles: readonly string[] };

  const isHeld = (id: string): boolean => id === guildId || member.roles.includes(id);
  let permissions = roles.filter(({ id }) => isHeld(id)).reduce((sum, role) => sum | BigInt(role.permissions), 0n);
  if ((permissions & ADMINISTRATOR) !== 0n) return true;
  const overwrites = channel.permission_overwrites ?? [];
  const levels: ((id: string) => boolean)[] = [
    (id) => id === guildId,
    (id) => id !== guildId && isHeld(id),
    (id) => id === botId,
  ];
  for (const level of levels) {
    const own = overwrites.filter(({ id }) => level(id));
    for (const { deny } of own) permissions &= ~BigInt(deny);
    for (const { allow } of own) permissions |= BigInt(allow);
  }
  const needed = VIEW_CHANNEL | READ_MESSAGE_HISTORY | (VOICE.has(channel.type) ? CONNECT : 0n);
  return (permissions & needed) === needed;
}

/** A channel of Discord's API, as far as it is read here. */
export interface ChannelObject {
  readonly type: number;
  readonly guild_id?: string;
  readonly parent_id?: string | null;
  readonly permission_overwrites?: readonly { readonly id: string; readonly allow: string; readonly deny: string }[];
}

interface Role {
  readonly id: string;
  readonly permissions: string;
}

const ADMINISTRATOR = 1n << 3n;
const VIEW_CHANNEL = 1n << 10n;
const READ_MESSAGE_HISTORY = 1n << 16n;
const CONNECT = 1n << 20n;

/** https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
const THREADS: ReadonlySet<number> = new Set([10, 11, 12]);
const VOICE: ReadonlySet<number> = new Set([2, 13]);
