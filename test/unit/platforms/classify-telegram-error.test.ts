import { Api } from 'grammy';
import { type AddressInfo, createServer } from 'node:net';
import { Telegram } from 'telegraf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyTelegramError } from '../../../src/platforms/telegram/classify-telegram-error.js';
import { TelegramApi, type TelegramFault } from '../../tools/telegram-api/server.js';

const TOKEN = '1:token';
const CHAT = '-1001234567890';

/** How real clients send a message to a Bot API at a URL. */
const clients: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  grammY: (apiRoot) => new Api(TOKEN, { apiRoot, timeoutSeconds: 1 }).sendMessage(CHAT, 'A'),
  Telegraf: (apiRoot) => new Telegram(TOKEN, { apiRoot }).sendMessage(CHAT, 'A'),
  'fetch that throws the answer': async (url) => {
    const response = await fetch(`${url}/bot${TOKEN}/sendMessage`, { method: 'POST', signal: AbortSignal.timeout(1000) });
    const answer = (await response.json()) as { ok: boolean };
    if (!answer.ok) throw new Error('Telegram refused the message', { cause: answer });
  },
};

let api: TelegramApi;
beforeAll(async () => {
  api = await TelegramApi.start();
});
afterAll(() => api.close());

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('the message was taken'),
    (error: unknown) => error,
  );
}

async function unusedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return `http://127.0.0.1:${port}`;
}

/** Refusals in the words of the Bot API (https://github.com/tdlib/telegram-bot-api). */
const refusals: readonly (readonly [TelegramFault, object])[] = [
  [
    { status: 429, description: 'Too Many Requests: retry after 34', parameters: { retry_after: 34 } },
    { outcome: 'not-sent', reason: 'rate limit; try again after 34 s' },
  ],
  [
    { status: 400, description: 'Bad Request: chat not found' },
    { outcome: 'not-sent', permanent: true, reason: 'Bad Request: chat not found' },
  ],
  [
    {
      status: 400,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: -1009 },
    },
    {
      outcome: 'not-sent',
      permanent: true,
      reason: 'Bad Request: group chat was upgraded to a supergroup chat; the id of the new chat is -1009',
    },
  ],
  [
    { status: 403, description: 'Forbidden: bot was blocked by the user' },
    { outcome: 'not-sent', permanent: true, reason: 'Forbidden: bot was blocked by the user' },
  ],
  [
    { status: 403, description: 'Forbidden: bot was kicked from the supergroup chat' },
    { outcome: 'not-sent', permanent: true, reason: 'Forbidden: bot was kicked from the supergroup chat' },
  ],
  [
    { status: 401, description: 'Unauthorized' },
    { outcome: 'not-sent', permanent: true, scope: 'all', reason: 'the token is not valid' },
  ],
  [
    { status: 404, description: 'Not Found' },
    { outcome: 'not-sent', permanent: true, scope: 'all', reason: 'the token is not valid' },
  ],
  [
    { status: 400, description: "Bad Request: can't parse entities: Character '-' is reserved" },
    {
      outcome: 'not-sent',
      permanent: true,
      scope: 'message',
      reason: "Bad Request: can't parse entities: Character '-' is reserved",
    },
  ],
  [
    { status: 400, description: 'Bad Request: message is too long' },
    { outcome: 'not-sent', permanent: true, scope: 'message', reason: 'Bad Request: message is too long' },
  ],
  [
    { status: 413, description: 'Request Entity Too Large' },
    { outcome: 'not-sent', reason: 'Request Entity Too Large' },
  ],
];

const unclear: Readonly<Record<string, TelegramFault>> = {
  'a failure of the server': { status: 500, description: 'Internal Server Error' },
  'a page of a proxy': { page: 502 },
  'a connection that was cut after the request': 'cut',
};

describe.for(Object.entries(clients))('an error of %s', ([, send]) => {
  it.for(refusals)('%j: not sent', async ([fault, verdict]) => {
    api.failNext(fault);
    const error = await errorOf(send(api.url));
    expect(classifyTelegramError(error)).toEqual(verdict);
    const reason: unknown = expect.stringMatching(/; an earlier request may have arrived$/);
    expect(classifyTelegramError(error, { resend: true })).toEqual({ ...verdict, outcome: 'uncertain', reason });
  });

  it.for(Object.entries(unclear))('%s: uncertain', async ([, fault]) => {
    const before = api.calls.length;
    api.failNext(fault);
    const error = await errorOf(send(api.url));
    expect(api.calls.length).toBe(before + 1);
    expect(classifyTelegramError(error).outcome).toBe('uncertain');
  });

  it('a connection that was refused: not sent', async () => {
    const error = await errorOf(send(await unusedUrl()));
    expect(classifyTelegramError(error)).toEqual({ outcome: 'not-sent', reason: 'no connection' });
    expect(classifyTelegramError(error, { resend: true }).outcome).toBe('uncertain');
  });
});

it.for(['grammY', 'fetch that throws the answer'])('%s: no answer within its time limit: uncertain', async (client) => {
  api.failNext('silence');
  expect(classifyTelegramError(await errorOf(clients[client]!(api.url))).outcome).toBe('uncertain');
});

it.for([
  ['grammY', () => new Api(TOKEN, { apiRoot: api.url }).pinChatMessage(CHAT, 1)],
  ['Telegraf', () => new Telegram(TOKEN, { apiRoot: api.url }).pinChatMessage(CHAT, 1)],
] as const)('%s: a refusal to pin the message that is there already: uncertain', async ([, pin]) => {
  api.failNext({ status: 400, description: 'Bad Request: not enough rights to manage pinned messages in the chat' });
  expect(classifyTelegramError(await errorOf(pin()))).toEqual({
    outcome: 'uncertain',
    reason: 'pinChatMessage was refused, which says nothing of the message',
  });
});

describe('the structure decides, not the class', () => {
  const answer = { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' };

  it.for([
    ['the answer itself', answer, 'not-sent'],
    ['node-telegram-bot-api: ETELEGRAM', { code: 'ETELEGRAM', response: { statusCode: 403, body: answer } }, 'not-sent'],
    ['node-telegram-bot-api: EFATAL', { code: 'EFATAL', cause: { code: 'ECONNREFUSED', syscall: 'connect' } }, 'not-sent'],
    ['node-telegram-bot-api: EFATAL of a reset', { code: 'EFATAL', cause: { code: 'ECONNRESET' } }, 'uncertain'],
    [
      'node-telegram-bot-api: EPARSE of a page',
      { code: 'EPARSE', response: { statusCode: 403, body: '<html></html>' } },
      'uncertain',
    ],
    ['a client on axios', { response: { status: 403, data: answer } }, 'not-sent'],
    ['a name that does not resolve', { error: { type: 'system', code: 'ENOTFOUND' } }, 'not-sent'],
    ['a status that is not in an answer of Telegram', { status: 403 }, 'uncertain'],
    ['408, which says nothing of the request', { error_code: 408 }, 'uncertain'],
    ['a refusal of a chat action after the message', { ...answer, method: 'sendChatAction' }, 'uncertain'],
    ['a refusal of a photo', { ...answer, method: 'sendPhoto' }, 'not-sent'],
    ['an answer of a gateway that was refused a connection', { error_code: 502, cause: { code: 'ECONNREFUSED' } }, 'uncertain'],
    ['nothing', undefined, 'uncertain'],
    ['a string', 'ECONNREFUSED', 'uncertain'],
  ] as const)('%s', ([, error, outcome]) => {
    expect(classifyTelegramError(error).outcome).toBe(outcome);
  });
});
