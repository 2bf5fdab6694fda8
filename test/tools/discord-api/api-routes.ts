import type { IncomingMessage } from 'node:http';
import { createMessage, type Outcome } from './create-message.js';
import { API_ERRORS } from './errors.js';
import { readBody, refusal, withHeaders, type Answer } from './http.js';
import { tooManyRequests } from './rate-limits.js';
import { SNOWFLAKE } from './snowflake.js';
import type { World } from './world.js';

/** `Bot <id>` or `Bot <id>.<anything>`: this fake's tokens carry the bot's id in the clear. */
const AUTHORIZATION = /^Bot (\d{17,19})(?:\.|$)/;
const CHANNEL = /^\/channels\/(\d+)$/;
const MESSAGES = /^\/channels\/(\d+)\/messages$/;
const MESSAGE = /^\/channels\/(\d+)\/messages\/(\d+)$/;

/** Answers one request below /api/v10. */
export async function answerApi(world: World, request: IncomingMessage, path: string, query: URLSearchParams): Promise<Outcome> {
  const method = request.method ?? 'GET';
  const author = AUTHORIZATION.exec(request.headers.authorization ?? '')?.[1] ?? null;
  const channelId = /^\/channels\/(\d+)/.exec(path)?.[1] ?? '';
  const creates = method === 'POST' && MESSAGES.test(path);
  const text = await readBody(request);

  const refuse = (answer: Answer, code: number): Outcome => {
    const { status } = answer;
    if (creates) world.ledger.append({ kind: 'refused', channelId, author, nonce: null, fault: null, status, code });
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
  const outcome = creates
    ? await createMessage(world, channelId, author, text)
    : { answer: read(world, method, path, query, author) };
  return { ...outcome, answer: withHeaders(outcome.answer, headers) };
}

/** Every route but Create Message. */
function read(world: World, method: string, path: string, query: URLSearchParams, author: string): Answer {
  if (method === 'GET' && path === '/users/@me') {
    return { status: 200, body: { id: author, username: `bot-${author}`, discriminator: '0000', avatar: null, bot: true } };
  }
  const channelId = CHANNEL.exec(path)?.[1];
  // A guild has one channel here, and both have one id.
  if (method === 'GET' && channelId !== undefined) {
    return { status: 200, body: { id: channelId, type: 0, guild_id: channelId, name: `channel-${channelId}` } };
  }
  const listed = MESSAGES.exec(path)?.[1];
  if (method === 'GET' && listed !== undefined) return listMessages(world, listed, query);
  const [, inChannel, messageId] = MESSAGE.exec(path) ?? [];
  if (inChannel === undefined || messageId === undefined) return refusal(API_ERRORS.notFound);
  const message = world.board.find(inChannel, messageId);
  if (message === undefined) return refusal(API_ERRORS.unknownMessage);
  if (method === 'GET') return { status: 200, body: message };
  if (method !== 'DELETE') return refusal(API_ERRORS.notFound);
  deleteMessage(world, inChannel, messageId);
  return { status: 204 };
}

/** https://docs.discord.com/developers/resources/message#get-channel-messages, without `around`. */
function listMessages(world: World, channelId: string, query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? '50');
  const before = query.get('before');
  const after = query.get('after');
  const ids = [before, after].filter((id) => id !== null);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100 || ids.length > 1 || !ids.every((id) => /^\d+$/.test(id))) {
    return refusal(API_ERRORS.invalidFormBody);
  }
  const range = { ...(before === null ? {} : { before: BigInt(before) }), ...(after === null ? {} : { after: BigInt(after) }) };
  return { status: 200, body: world.board.list(channelId, limit, range) };
}

/** Deletes a message and says so in the ledger; false when there is no such message. */
export function deleteMessage(world: World, channelId: string, messageId: string): boolean {
  if (world.board.find(channelId, messageId) === undefined) return false;
  world.ledger.append({ kind: 'deleted', channelId, messageId });
  return world.board.delete(channelId, messageId);
}
