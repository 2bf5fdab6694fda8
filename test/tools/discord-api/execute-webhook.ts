import { postMessage, type Outcome } from './create-message.js';
import { API_ERRORS } from './errors.js';
import { refusal } from './http.js';
import { parseMessage } from './message-body.js';
import type { World } from './world.js';

/**
 * POST /webhooks/:id/:token (https://docs.discord.com/developers/resources/webhook#execute-webhook), always as with `wait=true`.
 * The token is the id of the channel. A nonce is no parameter, so none is compared.
 */
export async function executeWebhook(world: World, webhookId: string, token: string, text: string): Promise<Outcome> {
  if (!world.board.hasChannel(token)) return { answer: refusal(API_ERRORS.unknownWebhook) };
  return postMessage(world, { channelId: token, author: webhookId }, parseMessage(text), {
    prepare: (draft) => ({
      kind: 'created',
      message: { ...world.board.compose(token, webhookId, draft), webhook_id: webhookId },
    }),
    commit: (message) => world.board.add(message),
    answer: (message) => ({ status: 200, body: message }),
  });
}
