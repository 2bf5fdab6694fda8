import type { IncomingMessage } from 'node:http';
import { createMessage, type Outcome } from './create-message.js';
import { startThread } from './create-thread.js';
import { API_ERRORS } from './errors.js';
import { executeWebhook } from './execute-webhook.js';
import { readBody, refusal, withHeaders, type Answer } from './http.js';
import { tooManyRequests } from './rate-limits.js';
import { answerRead } from './read-routes.js';
import { SNOWFLAKE } from './snowflake.js';
import type { World } from './world.js';

/** `Bot <id>` or `Bot <id>.<anything>`: this fake's tokens carry the bot's id in the clear. */
const AUTHORIZATION = /^Bot (\d{17,19})(?:\.|$)/;
const MESSAGES = /^\/channels\/\d+\/messages$/;
const THREADS = /^\/channels\/\d+\/threads$/;
const WEBHOOK = /^\/webhooks\/(\d+)\/([^/]+)$/;

/** Answers one request below /api/v10. */
export async function answerApi(world: World, request: IncomingMessage, path: string, query: URLSearchParams): Promise<Outcome> {
  const method = request.method ?? 'GET';
  const text = await readBody(request);
  const [, webhookId, token] = (method === 'POST' && WEBHOOK.exec(path)) || [];
  // The token in the address is all that a webhook needs.
  if (webhookId !== undefined && token !== undefined) return executeWebhook(world, webhookId, token, text);

  const author = AUTHORIZATION.exec(request.headers.authorization ?? '')?.[1] ?? null;
  const channelId = /^\/channels\/(\d+)/.exec(path)?.[1] ?? '';
  const create =
    method !== 'POST' ? undefined : MESSAGES.test(path) ? createMessage : THREADS.test(path) ? startThread : undefined;

  const refuse = (answer: Answer, code: number): Outcome => {
    const { status } = answer;
    if (create) world.ledger.append({ kind: 'refused', channelId, author, nonce: null, fault: null, status, code });
    return { answer };
  };

  if (author === null) return refuse(refusal(API_ERRORS.unauthorized), 0);
  const overall = world.globalLimiter?.take(author);
  if (overall?.retryAfterMs !== undefined) return refuse(tooManyRequests(overall.retryAfterMs, 'global'), 0);

  const route = `${method} ${path.replaceAll(/\d{17,19}/g, ':id')}`;
  const taken = world.routeLimiter.take(`${author}:${route}:${channelId}`);
  const headers = world.routeLimiter.headers(route, taken);
  if (taken.retryAfterMs !== undefined) return refuse(withHeaders(tooManyRequests(taken.retryAfterMs, 'user'), headers), 0);
  if (channelId !== '' && !(SNOWFLAKE.test(channelId) && world.board.hasChannel(channelId))) {
    return refuse(withHeaders(refusal(API_ERRORS.unknownChannel), headers), API_ERRORS.unknownChannel.code);
  }
  if (channelId !== '' && !world.channels.get(channelId).viewChannel) {
    return refuse(withHeaders(refusal(API_ERRORS.missingAccess), headers), API_ERRORS.missingAccess.code);
  }
  const outcome = create
    ? await create(world, channelId, author, text)
    : { answer: answerRead(world, method, path, query, author) };
  return { ...outcome, answer: withHeaders(outcome.answer, headers) };
}
