import { lazySchema } from '../../core/lazy-schema.js';
import { hasMethods, optionSchema } from '../../core/option-schemas.js';

/**
 * What this package needs of a discord.js `Client`. Named by its parts, so that discord.js is no
 * dependency.
 */
export interface DiscordClient {
  /** The bot. `null` before the client is logged in. */
  readonly user: { readonly id: string } | null;
  /** As the client was made. discord.js writes its defaults in. */
  readonly options: { readonly rest?: { readonly retries?: number | undefined } | undefined };
  /** The REST client. */
  readonly rest: DiscordRest;
  /** The channels. */
  readonly channels: { fetch(id: string, options: { readonly allowUnknownGuild: true }): Promise<unknown> };
}

/** What this package needs of an `@discordjs/rest` client. */
export interface DiscordRest {
  /** Reads. Rejects with Discord's `code` if Discord refuses. */
  get(route: `/${string}`, options?: { readonly query?: URLSearchParams }): Promise<unknown>;
}

/** A webhook of discord.js: a `Webhook`, or a `WebhookClient`. */
export interface DiscordWebhook {
  /** The id of the webhook. */
  readonly id: string;
  /** Posts one message. */
  send(payload: never): Promise<unknown>;
}

/** A {@link DiscordClient}. */
export const clientSchema = lazySchema(() =>
  optionSchema<DiscordClient>(
    (value) => typeof value === 'object' && value !== null && hasMethods((value as Partial<DiscordClient>).rest, ['get']),
    'the Client of discord.js',
  ),
);

/**
 * How often a client of discord.js sends a request again by itself; `undefined` if it does not say.
 * A `Webhook` has a client, a `WebhookClient` is one.
 */
export function retriesOf(sender: object): number | undefined {
  const { options, client } = sender as { readonly options?: DiscordClient['options']; readonly client?: DiscordClient };
  return (options ?? client?.options)?.rest?.retries;
}
