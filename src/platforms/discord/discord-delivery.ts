import { z } from 'zod';
import { InvalidInputError } from '../../contract/errors.js';
import { checkOptions } from '../../core/check-options.js';
import { lazySchema } from '../../core/lazy-schema.js';
import { clockSchema, durationSchema, functionSchema } from '../../core/option-schemas.js';
import { giftCodeIdentity } from '../../domain/identity.js';
import type { FindDelivery } from '../../delivery/find-delivery.js';
import type { ClassifyError, ErrorVerdict, SendContext } from '../../delivery/options.js';
import { fieldsOf } from '../network/error-fields.js';
import { verdictOnMessage } from '../network/resend.js';
import { classifyDiscordError } from './classify-discord-error.js';
import { clientSchema, type DiscordWebhook, retriesOf } from './discord-client.js';
import { discordNonce } from './discord-nonce.js';
import { finderOf, type FindDiscordDeliveryOptions, type RenderMessage } from './find-discord-delivery.js';
import { PayloadCheck } from './payload-check.js';
import { NothingPosted, postToDiscord, retriesText } from './post-to-discord.js';

/**
 * The options of `sendOnce` and `announce` for a bot on Discord: spread them into the call. Sends
 * what `render` makes to the channel of `channelOf`, under a nonce. A message that may have arrived
 * is sent again under its nonce for as long as Discord certainly knows the nonce; after that,
 * Discord is asked for it (see {@link findDiscordDelivery}). So a code is neither posted twice nor
 * held for ever, if the bot has View Channel and Read Message History.
 *
 * Sets `target`, `send`, `classifyError`, `onUncertain`, `retryWithinMs`, `findDelivery`,
 * `receiptOf`, `maxPerMessage` and `maxNew`: a guild to which more than 25 codes are new at once
 * gets none, and is reported as `flood`.
 *
 * Discord compares nonces only for Create Message
 * (https://docs.discord.com/developers/resources/message#create-message): not for webhooks
 * (https://github.com/discord/discord-api-docs/pull/6647), and not for the first message of a post
 * in a forum or media channel
 * (https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel,
 * https://github.com/openclaw/openclaw/pull/103867). With `webhookOf` or `threadName` nothing is
 * sent again before Discord was asked, and a client that sends again by itself is refused.
 *
 * Make the client with `rest: { retries: 0 }`. Otherwise no error counts as `not-sent`, because it
 * may hide an earlier request that arrived.
 *
 * `INVALID_OPTION` for a wrong option, a client with retries where nonces do not count, and a guild
 * without a channel.
 *
 * @example
 * ```ts
 * import { announce } from 'sent-code-store';
 * import { discordDelivery } from 'sent-code-store/discord';
 *
 * const channels = new Map([['1147956569271697518', '1406122908476112956']]);
 * await announce(store, {
 *   guilds: [...channels.keys()],
 *   codes: await findCodes(),
 *   firstRun: 'baseline',
 *   ...discordDelivery({
 *     client,
 *     channelOf: (guildId) => channels.get(guildId),
 *     render: (codes: string[]) => codes.join('\n'),
 *   }),
 * });
 * ```
 */
export function discordDelivery<T>(
  options: DiscordDeliveryOptions<T> & Required<Pick<DiscordDeliveryOptions<T>, 'codeOf'>>,
): DiscordDelivery<T> & Required<Pick<DiscordDelivery<T>, 'codeOf'>>;
export function discordDelivery(options: DiscordDeliveryOptions): DiscordDelivery;
export function discordDelivery<T>(options: DiscordDeliveryOptions<T>): DiscordDelivery<T> {
  checkOptions(optionsSchema, options, 'discordDelivery');
  const { client, channelOf, render, codeOf, webhookOf, threadName, retryWithinMs } = options;
  const hasNonces = webhookOf === undefined && threadName === undefined;
  const retries = retriesOf(client);
  if (!hasNonces) {
    if (retries !== 0) throw invalid('client', retriesText('discordDelivery: the client'));
    if (retryWithinMs !== undefined) throw invalid('retryWithinMs', NO_NONCES);
  }
  const check = new PayloadCheck(client, options.matches);
  let isChecked = false;
  return {
    ...(codeOf !== undefined && { codeOf }),
    target: (guildId) => {
      const channelId = channelOf(guildId);
      if (channelId !== undefined) return channelId;
      throw invalid(
        'channelOf',
        `discordDelivery: channelOf gives no channel for guild ${guildId}. Leave the guild out of guilds.`,
      );
    },
    send: async (items, context) => {
      const { guildId, messageId, target: channelId = '' } = context;
      const payload = await renderOrFail(render, items, context);
      const codes = items.map((item) => codeOf?.(item) ?? item).filter((code) => typeof code === 'string');
      if (!isChecked && codes.length === items.length) check.check(payload, codes, new Set(codes).size, giftCodeIdentity);
      isChecked = true;
      const nonce = discordNonce(messageId);
      return postToDiscord({
        client,
        channelId,
        payload,
        nonce,
        webhook: webhookOf?.(guildId),
        threadName: threadName?.(items),
      });
    },
    classifyError: (error, { resend }) =>
      error instanceof NothingPosted
        ? verdictOnMessage(verdictOnNothing(error), { resend })
        : classifyDiscordError(error, { resend: resend || retries !== 0 }),
    findDelivery: finderOf(options, check),
    receiptOf: receiptOfAnswer,
    maxPerMessage: 25,
    maxNew: 25,
    ...(hasNonces ? { onUncertain: 'retry', retryWithinMs: retryWithinMs ?? NONCE_MS } : { onUncertain: 'hold' }),
  };
}

/** Options of {@link discordDelivery}. */
export interface DiscordDeliveryOptions<T = string> extends FindDiscordDeliveryOptions<T> {
  /** The channel or thread in which a guild gets its codes, by id. */
  readonly channelOf: (guildId: string) => string | undefined;
  /** The payload of one message, with all codes of the items as text. Called before each send. */
  readonly render: RenderMessage<T>;
  /** The code of an item, handed on to the call. Default: the item is the code. */
  readonly codeOf?: (item: T) => string;
  /**
   * The webhook of a guild, made with `rest: { retries: 0 }`. It posts in the channel of
   * `channelOf`. Default: the bot posts itself.
   */
  readonly webhookOf?: (guildId: string) => DiscordWebhook;
  /**
   * The name of a new post, 1 to 100 characters. Needed for guilds whose channel is a forum or a
   * media channel. Default: no posts are made.
   */
  readonly threadName?: (items: T[]) => string;
  /**
   * How long after its first try a message is sent again under its nonce, in ms. Discord compares
   * nonces for "the past few minutes". Default: 120 000 ms.
   */
  readonly retryWithinMs?: number;
}

/** What {@link discordDelivery} sets. Spread it into a call. An option after it takes its place. */
export interface DiscordDelivery<T = string> {
  readonly codeOf?: (item: T) => string;
  readonly target: (guildId: string) => string;
  readonly send: (items: T[], context: SendContext) => Promise<unknown>;
  readonly classifyError: ClassifyError;
  readonly findDelivery: FindDelivery<T>;
  readonly receiptOf: (answer: unknown) => string | undefined;
  readonly maxPerMessage: number;
  readonly maxNew: number;
  readonly onUncertain: 'hold' | 'retry';
  readonly retryWithinMs?: number;
}

const optionsSchema = lazySchema(() =>
  z.strictObject({
    client: clientSchema(),
    channelOf: functionSchema(),
    render: functionSchema(),
    codeOf: functionSchema().optional(),
    matches: functionSchema().optional(),
    webhookOf: functionSchema().optional(),
    threadName: functionSchema().optional(),
    retryWithinMs: durationSchema().optional(),
    clock: clockSchema().optional(),
  }),
);

/** Well within "the past few minutes", whose length Discord does not publish. */
const NONCE_MS = 120_000;

const NO_NONCES =
  'discordDelivery: retryWithinMs has no meaning with webhookOf or threadName, because Discord compares no nonces there. Leave it out: ' +
  'nothing is sent again before Discord was asked.';

async function renderOrFail<T>(
  render: RenderMessage<T>,
  items: T[],
  { guildId, messageId }: SendContext,
): Promise<object | string> {
  try {
    return await render([...items], { guildId, messageId });
  } catch (error) {
    throw new NothingPosted('render failed', false, error);
  }
}

/** No request of this try could post. Why it failed may concern the channel, or the token. */
function verdictOnNothing({ message, permanent, cause }: NothingPosted): ErrorVerdict {
  const { permanent: isRefused = false, scope, reason } = classifyDiscordError(cause);
  return {
    outcome: 'not-sent',
    permanent: permanent || isRefused,
    ...(scope !== undefined && { scope }),
    reason: reason === undefined ? message : `${message}: ${reason}`,
  };
}

/**
 * `channelId/messageId` of what discord.js answers: a message, a message of the raw API, or a
 * thread, whose first message has its id.
 */
function receiptOfAnswer(answer: unknown): string | undefined {
  const { id, channelId, channel_id: rawChannelId } = fieldsOf<'id' | 'channelId' | 'channel_id'>(answer);
  if (typeof id !== 'string') return undefined;
  const place = channelId ?? rawChannelId ?? id;
  return typeof place === 'string' ? `${place}/${id}` : undefined;
}

function invalid(option: string, text: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', option, text);
}
