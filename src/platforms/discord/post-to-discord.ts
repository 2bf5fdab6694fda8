import { hasMethods } from '../../core/option-schemas.js';
import { fieldsOf } from '../network/error-fields.js';
import { FORUMS } from './channel-readings.js';
import { type DiscordClient, type DiscordWebhook, retriesOf } from './discord-client.js';
import type { DiscordPayload } from './find-discord-delivery.js';

/** Failed before the request that posts: nothing was sent by it. */
export class NothingPosted extends Error {
  override readonly name = 'NothingPosted';
  /** Whether it fails until somebody acts. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean, cause?: unknown) {
    super(message, { cause });
    this.permanent = permanent;
  }
}

/** Where and how one message is posted. */
export interface DiscordPost {
  readonly client: DiscordClient;
  readonly channelId: string;
  readonly payload: DiscordPayload;
  readonly nonce: string;
  /** Posts for the bot, where nonces do not count. */
  readonly webhook: DiscordWebhook | undefined;
  /** The name of a post in a forum, where nonces do not count. `undefined`: none are made. */
  readonly threadName: string | undefined;
}

/**
 * Posts a message, and resolves to what discord.js answers. Exactly one request can post it. What
 * fails before is a {@link NothingPosted}.
 */
export async function postToDiscord({ client, channelId, payload, nonce, webhook, threadName }: DiscordPost): Promise<unknown> {
  const message = typeof payload === 'string' ? { content: payload } : payload;
  if (webhook !== undefined) {
    if (retriesOf(webhook) !== 0) throw new NothingPosted(retriesText('The webhook'), true);
    return webhook.send(message as never);
  }
  const channel = await fetchChannel(client, channelId);
  if (FORUMS.has(fieldsOf<'type'>(channel).type)) {
    if (threadName === undefined || !isForum(channel)) {
      throw new NothingPosted(`channel ${channelId} is a forum or media channel: pass threadName to make posts there`, true);
    }
    return channel.threads.create({ name: threadName, message });
  }
  if (!hasMethods(channel, ['send'])) throw new NothingPosted(`channel ${channelId} takes no messages`, true);
  return (channel as { send(message: object): Promise<unknown> }).send({ ...message, nonce, enforceNonce: true });
}

/** Why a client that sends again by itself is refused where nonces do not count. */
export function retriesText(who: string): string {
  return (
    `${who} sends again by itself after a failure, and Discord compares no nonces there, so a message could be posted twice. ` +
    'Make it with rest: { retries: 0 }.'
  );
}

async function fetchChannel(client: DiscordClient, channelId: string): Promise<unknown> {
  try {
    return await client.channels.fetch(channelId, { allowUnknownGuild: true });
  } catch (error) {
    throw new NothingPosted(`channel ${channelId} could not be fetched`, false, error);
  }
}

interface Forum {
  readonly threads: { create(options: object): Promise<unknown> };
}

function isForum(channel: unknown): channel is Forum {
  return hasMethods(fieldsOf<'threads'>(channel).threads, ['create']);
}
