import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';

const MAX_LENGTH = 25;

/**
 * The nonce of a message for Discord's Create Message: pass it as `nonce`, together with `enforceNonce: true` (`enforce_nonce`
 * over HTTP). Then a message that was sent before, by whichever try or process, is returned by Discord and not posted again.
 *
 * Discord compares nonces by author, within "the past few minutes" (the length is not published), and for Create Message alone:
 * not for webhooks, not for answers to interactions. A nonce has at most 25 characters
 * (https://docs.discord.com/developers/resources/message#create-message; webhooks and interactions:
 * https://github.com/discord/discord-api-docs/pull/6647).
 *
 * A message id of this package's stores has 22 characters and is its own nonce; anything longer than 25, or not plain ASCII,
 * becomes 150 bits of its SHA-256. The same id always gives the same nonce. `INVALID_OPTION` for an id that is no string.
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
