import type { DiscordRest } from './discord-client.js';
import type { MessageObject } from './message-object.js';

/** Reads from Discord's API. */
export type ReadDiscord = (route: `/${string}`, query?: Readonly<Record<string, string>>) => Promise<unknown>;

/**
 * Reads with a REST client until the signal fires. A request that is under way ends by the time
 * limit of the client: `@discordjs/rest` leaves a listener on the signal of each request.
 */
export function readWith(rest: DiscordRest, signal: AbortSignal): ReadDiscord {
  return (route, query = {}) => {
    signal.throwIfAborted();
    return rest.get(route, { query: new URLSearchParams(query) });
  };
}

/** What was read of a channel. */
export interface ChannelReading {
  /** What the bot announced there, oldest first. */
  readonly messages: readonly MessageObject[];
  /** Why messages may be missing; `undefined` if all was read. */
  readonly gap: string | undefined;
}
