import { z } from 'zod';
import { checkOptions } from '../../core/check-options.js';
import { lazySchema } from '../../core/lazy-schema.js';
import { clockSchema, functionSchema } from '../../core/option-schemas.js';
import { type Clock, systemClock } from '../../domain/clock.js';
import type { DeliveryEvidence, FindDelivery, UncertainMessage } from '../../delivery/find-delivery.js';
import { errorText } from '../../domain/error-text.js';
import { fieldsOf } from '../network/error-fields.js';
import { ChannelReadings } from './channel-readings.js';
import { clientSchema, type DiscordClient } from './discord-client.js';
import { judgeReading } from './judge-reading.js';
import type { MatchCodes } from './payload-check.js';
import { PayloadCheck } from './payload-check.js';
import { readWith } from './read-discord.js';

/**
 * Asks Discord whether a message that may have arrived is there: a `findDelivery` for `sendOnce`
 * and `announce`. For discord.js 14, by structure. Reads the channel in which the message was
 * tried, from its first try until now, and changes nothing.
 *
 * - `sent`: one message of the bot shows the id of the message, or all of its codes. It is no
 *   reply and no answer to a command, no mark of the guild has it as its receipt, and Discord made
 *   it between the first try and `settleMs` after the last try.
 * - `not-sent`: the channel is gone (10003), or all of this is so: Discord has shown every message
 *   since five minutes before the first try, the bot could read all of its own among them, and none
 *   shows a code.
 * - `uncertain`: everything else, with a reason. For example: some of the codes only, suppressed
 *   embeds, no permission to read, an error.
 *
 * The bot needs View Channel and Read Message History. It does not need the intent for message
 * content, except for messages of a webhook.
 *
 * Nonces are not looked for: Discord does not keep them with a message
 * (https://github.com/Rapptz/discord.py/issues/2451). If the payload carries the `messageId` in a
 * footer or in a custom id, that is looked for first, and is proof by itself.
 *
 * Not found: a message that was deleted, or whose codes the bot has edited away. It counts as
 * `not-sent`, and is sent again.
 *
 * @example
 * ```ts
 * import { sendOnce } from 'sent-code-store';
 * import { findDiscordDelivery } from 'sent-code-store/discord';
 *
 * await sendOnce(store, {
 *   guildId,
 *   codes,
 *   target: channel.id,
 *   send: (codes) => channel.send(codes.join('\n')),
 *   findDelivery: findDiscordDelivery({ client, render: (codes: string[]) => codes.join('\n') }),
 *   receiptOf: (message) => `${channel.id}/${(message as { id: string }).id}`,
 * });
 * ```
 */
export function findDiscordDelivery<T = string>(options: FindDiscordDeliveryOptions<T>): FindDelivery<T> {
  checkOptions(optionsSchema, options, 'findDiscordDelivery');
  return finderOf(options, new PayloadCheck(options.client, options.matches));
}

/** Options of {@link findDiscordDelivery}. */
export interface FindDiscordDeliveryOptions<T = string> {
  /** The discord.js client, or an object with its `user`, `options`, `rest` and `channels`. */
  readonly client: DiscordClient;
  /**
   * The payload that the bot sends. If a code cannot be found in it, such as one in a picture, the
   * process is warned once, and no answer is `not-sent`. Default: not checked.
   */
  readonly render?: RenderMessage<T>;
  /**
   * The codes that are in the texts of a message, if your messages write them in another way.
   * Default: codes as whole words, compared by the identity of the store.
   */
  readonly matches?: MatchCodes;
  /** The webhook that posts for a guild, if one does. Default: the bot posts itself. */
  readonly webhookOf?: (guildId: string) => { readonly id: string };
  /** For tests. */
  readonly clock?: Clock;
}

/**
 * Makes the payload of one message with all of `items`: what `channel.send` of discord.js takes,
 * without a nonce. Should have no other effect: it is also called to see what a message would show.
 */
export type RenderMessage<T> = (items: T[], context: RenderContext) => DiscordPayload | Promise<DiscordPayload>;

/** What {@link RenderMessage} is told of the message. */
export interface RenderContext {
  /** The guild, as a string. */
  readonly guildId: string;
  /** Names the message. In a footer or in a custom id it makes the message easy to find. */
  readonly messageId: string;
}

/** A message for discord.js: its text, or its options. */
export type DiscordPayload = string | object;

const optionsSchema = lazySchema(() =>
  z.strictObject({
    client: clientSchema(),
    render: functionSchema().optional(),
    matches: functionSchema().optional(),
    webhookOf: functionSchema().optional(),
    clock: clockSchema().optional(),
  }),
);

/** {@link findDiscordDelivery}, with checks of payloads that its caller makes too. */
export function finderOf<T>(options: FindDiscordDeliveryOptions<T>, check: PayloadCheck): FindDelivery<T> {
  const readings = new ChannelReadings(options.clock ?? systemClock);
  return async (message) => {
    try {
      return await find(options, check, readings, message);
    } catch (error) {
      // Gone with all of its messages, like a message that somebody deleted.
      if (fieldsOf<'code'>(error).code === UNKNOWN_CHANNEL)
        return { outcome: 'not-sent', reason: 'the channel does not exist any more' };
      return uncertain(`Discord could not be asked: ${errorText(error)}`);
    }
  };
}

async function find<T>(
  { client, render, webhookOf, clock = systemClock }: FindDiscordDeliveryOptions<T>,
  check: PayloadCheck,
  readings: ChannelReadings,
  message: UncertainMessage<T>,
): Promise<DeliveryEvidence> {
  const { guildId, messageId, target, codes, items, firstTriedAt, lastTriedAt, settleMs, identity, signal } = message;
  if (target === undefined) return uncertain('where the message was tried is not known');
  if (!/^\d{1,20}$/.test(target)) return uncertain(`the target ${JSON.stringify(target)} is not the id of a channel`);
  if (render !== undefined && items.length > 0) {
    check.check(await render([...items], { guildId, messageId }), codes, items.length, identity);
  }
  const read = readWith(client.rest, signal);
  const botId = client.user?.id ?? ((await read('/users/@me')) as { readonly id: string }).id;
  const sender = { botId, webhookId: webhookOf?.(guildId).id };
  const now = clock.now();
  const from = (firstTriedAt?.getTime() ?? (lastTriedAt?.getTime() ?? now) - UNKNOWN_AGE_MS) - SKEW_MS;
  // Where the last try is not known, only a reading of its own can be new enough.
  const settledAt = (lastTriedAt?.getTime() ?? now) + (lastTriedAt === null ? 0 : settleMs);
  const reading = await readings.read(read, target, sender, from, settledAt);
  return judgeReading(reading, message, check);
}

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes */
const UNKNOWN_CHANNEL = 10003;
/** By how much Discord's clock may differ from that of this process. */
const SKEW_MS = 300_000;
/** How far back is read for a message of which nobody knows when it was tried first. */
const UNKNOWN_AGE_MS = 86_400_000;

function uncertain(reason: string): DeliveryEvidence {
  return { outcome: 'uncertain', reason };
}
