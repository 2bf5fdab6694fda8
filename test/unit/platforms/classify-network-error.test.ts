import { classifyNetworkError } from 'sent-code-store';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Answers `/404` with status 404, tells `/429` when to come back, and cuts `/cut` off. */
let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/cut') return void request.socket.destroy();
    if (request.url === '/silence') return;
    response.writeHead(Number(request.url?.slice(1)), { 'Retry-After': '34' }).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function unusedUrl(): Promise<string> {
  const unused = createTcpServer();
  await new Promise<void>((resolve) => {
    unused.listen(0, '127.0.0.1', resolve);
  });
  const { port } = unused.address() as AddressInfo;
  await new Promise((resolve) => {
    unused.close(resolve);
  });
  return `http://127.0.0.1:${port}`;
}

/** What a bot throws whose `fetch` is not answered with 2xx. */
async function errorOf(to: string, wrap: (response: Response) => unknown = (response) => response): Promise<unknown> {
  try {
    const response = await fetch(to, { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(1000) });
    return wrap(response);
  } catch (error) {
    return error;
  }
}

const statuses = [
  [400, { outcome: 'not-sent', permanent: true, reason: 'refused with status 400' }],
  [401, { outcome: 'not-sent', permanent: true, reason: 'refused with status 401' }],
  [404, { outcome: 'not-sent', permanent: true, reason: 'refused with status 404' }],
  [429, { outcome: 'not-sent', reason: 'rate limit; try again after 34 s' }],
  [423, { outcome: 'not-sent', reason: 'refused with status 423' }],
  [425, { outcome: 'not-sent', reason: 'refused with status 425' }],
  [408, { outcome: 'uncertain', reason: 'answered with status 408' }],
  [409, { outcome: 'uncertain', reason: 'answered with status 409' }],
  [500, { outcome: 'uncertain', reason: 'answered with status 500' }],
  [503, { outcome: 'uncertain', reason: 'answered with status 503' }],
  [303, { outcome: 'uncertain', reason: 'answered with status 303' }],
  [200, { outcome: 'uncertain', reason: 'answered with status 200' }],
] as const;

describe('an answer to fetch', () => {
  it.for(statuses)('%i is %j', async ([status, verdict]) => {
    expect(classifyNetworkError(await errorOf(`${url}/${status}`))).toEqual(verdict);
    const wrapped = await errorOf(`${url}/${status}`, (response) => new Error('refused', { cause: response }));
    expect(classifyNetworkError(wrapped)).toEqual(verdict);
  });

  it.for(statuses)('%i of a resend says nothing of the earlier request', async ([status]) => {
    expect(classifyNetworkError(await errorOf(`${url}/${status}`), { resend: true }).outcome).toBe('uncertain');
  });
});

describe('no answer to fetch', () => {
  it.for(['cut', 'silence'])('%s: uncertain', async (path) => {
    expect(classifyNetworkError(await errorOf(`${url}/${path}`))).toEqual({ outcome: 'uncertain' });
  });

  it('a connection that was refused: not sent', async () => {
    const error = await errorOf(await unusedUrl());
    expect(classifyNetworkError(error)).toEqual({ outcome: 'not-sent', reason: 'no connection' });
    expect(classifyNetworkError(error, { resend: true }).outcome).toBe('uncertain');
  });
});

describe('the structure decides, not the class', () => {
  const itself: { code: string; cause?: unknown } = { code: 'ECONNRESET' };
  itself.cause = itself;

  it.for([
    ['undici: ResponseError', { code: 'UND_ERR_RESPONSE', statusCode: 404, headers: {} }, 'not-sent'],
    ['undici: connect timeout', { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }, 'not-sent'],
    ['undici: headers timeout', { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } }, 'uncertain'],
    ['axios: 4xx', { code: 'ERR_BAD_REQUEST', status: 403, response: { status: 403 } }, 'not-sent'],
    ['axios: 5xx', { code: 'ERR_BAD_RESPONSE', response: { status: 502 } }, 'uncertain'],
    ['axios: timeout', { code: 'ECONNABORTED', request: {} }, 'uncertain'],
    ['axios: refused', { code: 'ECONNREFUSED', syscall: 'connect', request: {} }, 'not-sent'],
    ['axios: no such host', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'not-sent'],
    ['axios in an error of the bot', { cause: { response: { status: 404 } } }, 'not-sent'],
    ['got', { code: 'ERR_NON_2XX_3XX_RESPONSE', response: { statusCode: 422 } }, 'not-sent'],
    ['a gateway that was refused a connection', { status: 502, cause: { code: 'ECONNREFUSED' } }, 'uncertain'],
    ['a reset of a connection that stood', { code: 'ECONNRESET' }, 'uncertain'],
    ['an abort', new DOMException('aborted', 'AbortError'), 'uncertain'],
    ['an error that is its own cause', itself, 'uncertain'],
    ['a status that is a word', { status: 'failed' }, 'uncertain'],
    ['nothing', undefined, 'uncertain'],
    ['null', null, 'uncertain'],
    ['a string', 'ECONNREFUSED', 'uncertain'],
  ] as const)('%s', ([, error, outcome]) => {
    expect(classifyNetworkError(error).outcome).toBe(outcome);
  });

  it.for([
    [{ response: { status: 429, headers: { 'retry-after': '7' } } }, 'rate limit; try again after 7 s'],
    [
      { statusCode: 429, headers: new Headers({ 'Retry-After': 'Wed, 21 Oct 2015 07:28:00 GMT' }) },
      'rate limit; try again after Wed, 21 Oct 2015 07:28:00 GMT',
    ],
    [{ status: 429 }, 'rate limit'],
  ])('the time of a rate limit: %j', ([error, reason]) => {
    expect(classifyNetworkError(error)).toEqual({ outcome: 'not-sent', reason });
  });
});
