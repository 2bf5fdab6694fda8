import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';

/**
 * The nonce of a message for Discord's Create Message. Pass it as `nonce`, together with
 * `enforceNonce: true` (`enforce_nonce` over HTTP). If any try in any process has sent the message
 * already, Discord returns that message and posts nothing.
 *
 * Discord compares nonces by author, within "the past few minutes" (the length is not published),
 * and only for Create Message: not for webhooks, not for answers to interactions. A nonce has at
 * most 25 characters (https://docs.discord.com/developers/resources/message#create-message;
 * webhooks and interactions: https://github.com/discord/discord-api-docs/pull/6647).
 *
 * A message id of this package's stores has 22 characters and is its own nonce. An id that is
 * longer than 25 characters, or not plain ASCII, becomes 150 bits of its SHA-256. The same id
 * always gives the same nonce. `INVALID_OPTION` for an id that is not a string.
 *
 * @example
 * ```ts
 * import { sendOnce } from 'sent-code-store';
 * import { discordNonce } from 'sent-code-store/discord';
 *
 * await sendOnce(store, {
 *   guildId,
 *   codes,
 *   onUncertain: 'retry',
 *   retryWithinMs: 120_000,
 *   send: (codes, { messageId }) => {
 *     const nonce = discordNonce(messageId);
 *     return channel.send({ content: codes.join('\n'), nonce, enforceNonce: true });
 *   },
 * });
 * ```
 */
export function discordNonce(messageId: string): string {
  const given: unknown = messageId;
  if (typeof given !== 'string') {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'messageId',
      `discordNonce: messageId is ${describe(given)}. Pass the messageId that send() is given: send(codes, { messageId }).`,
    );
  }
  if (messageId.length <= MAX_LENGTH && /^[\w-]+$/.test(messageId)) return messageId;
  return createHash('sha256').update(messageId).digest('base64url').slice(0, MAX_LENGTH);
}

const MAX_LENGTH = 25;
