import type { Message } from './message-board.js';

/** https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
export const CHANNEL_TYPES = { text: 0, publicThread: 11, forum: 15, media: 16 } as const;

/** https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags */
const VIEW_CHANNEL = 1n << 10n;
const SEND_MESSAGES = 1n << 11n;
const READ_MESSAGE_HISTORY = 1n << 16n;

/** What a test can say of a channel. */
export interface ChannelSettings {
  readonly type: number;
  /** A guild has one channel here unless said: both have one id. */
  readonly guildId: string;
  /** Whether the bot has View Channel: without it every request to the channel is a 50001. */
  readonly viewChannel: boolean;
  /** Whether the bot has Read Message History: without it the list of messages is empty. */
  readonly readMessageHistory: boolean;
  /** For a thread: when it was archived, in Unix milliseconds. */
  readonly archivedAt: number | null;
  readonly parentId: string | null;
  /** For a thread: who began it. */
  readonly ownerId: string | null;
  readonly name: string;
}

/** The channels of the fake. Every id is a text channel until something else is said of it. */
export class Channels {
  readonly #known = new Map<string, ChannelSettings>();

  get(channelId: string): ChannelSettings {
    const settings = this.#known.get(channelId) ?? {
      type: CHANNEL_TYPES.text,
      guildId: channelId,
      viewChannel: true,
      readMessageHistory: true,
      archivedAt: null,
      parentId: null,
      ownerId: null,
      name: `channel-${channelId}`,
    };
    if (settings.parentId === null) return settings;
    // Threads inherit: https://docs.discord.com/developers/topics/permissions#inherited-permissions-threads
    const { viewChannel, readMessageHistory } = this.get(settings.parentId);
    return { ...settings, viewChannel, readMessageHistory };
  }

  set(channelId: string, changes: Partial<ChannelSettings>): void {
    this.#known.set(channelId, { ...this.get(channelId), ...changes });
  }

  isForum(channelId: string): boolean {
    const { type } = this.get(channelId);
    return type === CHANNEL_TYPES.forum || type === CHANNEL_TYPES.media;
  }

  /** The ids of all threads that fit, newest first. */
  threads(fits: (thread: ChannelSettings) => boolean): string[] {
    const ids = [...this.#known.keys()].filter((id) => {
      const settings = this.get(id);
      return settings.parentId !== null && fits(settings);
    });
    return ids.sort((a, b) => Number(BigInt(b) - BigInt(a)));
  }

  /** A channel object (https://docs.discord.com/developers/resources/channel#channel-object), as far as a bot reads it. */
  describe(id: string, lastMessageId: string | null): object {
    const { type, guildId, parentId, ownerId, archivedAt, name, viewChannel, readMessageHistory } = this.get(id);
    const denied = (viewChannel ? 0n : VIEW_CHANNEL) | (readMessageHistory ? 0n : READ_MESSAGE_HISTORY);
    const channel = { id, type, guild_id: guildId, name, parent_id: parentId, last_message_id: lastMessageId };
    if (parentId === null) {
      return { ...channel, permission_overwrites: [{ id: guildId, type: 0, allow: '0', deny: String(denied) }] };
    }
    const archived = { archived: archivedAt !== null, archive_timestamp: new Date(archivedAt ?? 0).toISOString() };
    return { ...channel, owner_id: ownerId, thread_metadata: { ...archived, auto_archive_duration: 1440, locked: false } };
  }
}

/** The role that everybody in a guild has; its id is the guild's. */
export function everyoneRole(guildId: string): object {
  const permissions = String(VIEW_CHANNEL | SEND_MESSAGES | READ_MESSAGE_HISTORY);
  return { id: guildId, name: '@everyone', permissions, position: 0, color: 0, hoist: false, managed: false, mentionable: false };
}

/** The message as a bot without the intent for message content reads it; what the bot itself sent is always whole. */
export function withheld(message: Message, reader: string, hasIntent: boolean): Message {
  if (hasIntent || (message.author.id === reader && message['webhook_id'] === undefined)) return message;
  return { ...message, content: '', embeds: [], attachments: [], components: [] };
}
