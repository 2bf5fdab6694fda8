import { systemClock, type Clock } from '../../domain/clock.js';
import { readForum } from './forum-reading.js';
import type { ChannelObject } from './history-permission.js';
import type { Sender } from './message-object.js';
import { readMessages } from './message-reading.js';
import type { ChannelReading, ReadDiscord } from './read-discord.js';

/** Reads channels, each once for all messages that are asked for at about the same time. */
export class ChannelReadings {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * What the bot announced in a channel from a moment until now. Rejects with what Discord answers.
   *
   * @param settledAt - the last moment at which the message could arrive: an older reading can have
   *   missed it
   */
  async read(read: ReadDiscord, channelId: string, sender: Sender, from: number, settledAt: number): Promise<ChannelReading> {
    const now = this.#clock.now();
    for (const [key, { startedAt }] of this.#kept) {
      if (Math.abs(now - startedAt) > KEPT_MS) this.#kept.delete(key);
    }
    const key = `${channelId}/${sender.webhookId ?? sender.botId}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.from <= from && kept.startedAt >= settledAt) return kept.reading;
    const reading = readChannel(read, channelId, sender, from);
    const entry = { from, startedAt: now, reading };
    this.#kept.set(key, entry);
    // A failure is no answer for the others.
    reading.catch(() => {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
    });
    return reading;
  }
}

/** A round asks within a minute: about as long as one answer is waited for. */
const KEPT_MS = 60_000;

interface Kept {
  readonly from: number;
  readonly startedAt: number;
  readonly reading: Promise<ChannelReading>;
}

async function readChannel(read: ReadDiscord, channelId: string, sender: Sender, from: number): Promise<ChannelReading> {
  const channel = (await read(`/channels/${channelId}`)) as ChannelObject;
  return FORUMS.has(channel.type)
    ? readForum(read, channelId, channel, from, sender)
    : readMessages(read, channelId, from, sender);
}

/**
 * GUILD_FORUM and GUILD_MEDIA
 * (https://docs.discord.com/developers/resources/channel#channel-object-channel-types).
 */
export const FORUMS: ReadonlySet<unknown> = new Set([15, 16]);
