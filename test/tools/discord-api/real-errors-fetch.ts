import { closedPort } from './real-errors-unconnected.js';
import { BOT_ID, CONTENT, type ErrorCase, type Target } from './real-errors.js';

/** Sends with Node's own fetch and reads the answer. */
async function post({ url, channelId }: Target, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${url}/api/v10/channels/${channelId}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bot ${BOT_ID}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: CONTENT }),
    ...init,
  });
  return response.json();
}

/** undici's addition to the options of fetch, by an agent of the undici in Node: its fetch takes no other's from Node 26 on. */
function withAgent(options: object): RequestInit {
  // Node exports it nowhere, but keeps one agent for all requests under a name: the first, or after a change the second.
  const kept = globalThis as unknown as Record<symbol, { constructor: new (options: object) => object } | undefined>;
  const agent = kept[Symbol.for('undici.globalDispatcher.2')] ?? kept[Symbol.for('undici.globalDispatcher.1')];
  return { dispatcher: new agent!.constructor(options) } as unknown as RequestInit;
}

/** fetch hides the reason in `cause`: `fetch failed` until the head of the answer is there, `terminated` after it. */
const failed = (cause: object): ErrorCase['shape'] => ({
  class: 'TypeError',
  name: 'TypeError',
  message: 'fetch failed',
  code: undefined,
  cause,
});
const terminated = (cause: object): ErrorCase['shape'] => ({
  class: 'TypeError',
  name: 'TypeError',
  message: 'terminated',
  code: undefined,
  cause,
});

/** What the fetch of Node 20 throws; a status of 400 and more is no error to it. */
export const FETCH_ERRORS: readonly ErrorCase[] = [
  {
    title: 'fetch: reset after the commit',
    faults: ['reset-after-commit'],
    posted: true,
    shape: failed({ code: 'ECONNRESET', syscall: 'read' }),
    send: post,
  },
  {
    title: 'fetch: connection closed after the commit',
    faults: ['close-after-commit'],
    posted: true,
    shape: failed({ class: 'SocketError', message: 'other side closed', code: 'UND_ERR_SOCKET' }),
    send: post,
  },
  {
    title: 'fetch: connection closed within the answer 200',
    faults: ['half-answer-then-close'],
    posted: true,
    shape: terminated({ class: 'SocketError', message: 'other side closed', code: 'UND_ERR_SOCKET' }),
    send: post,
  },
  {
    title: 'fetch: AbortSignal.timeout',
    faults: ['hang-after-commit'],
    posted: true,
    shape: { class: 'DOMException', name: 'TimeoutError', code: 23 },
    send: (target) => post(target, { signal: AbortSignal.timeout(2000) }),
  },
  {
    title: 'fetch: abort under way',
    faults: ['hang-after-commit'],
    posted: true,
    shape: { class: 'DOMException', name: 'AbortError', code: 20 },
    send: async (target) => {
      const abort = new AbortController();
      const sending = post(target, { signal: abort.signal });
      await Promise.all([
        sending,
        target.control.waitFor((entry) => entry.channelId === target.channelId).then(() => abort.abort()),
      ]);
    },
  },
  {
    title: 'fetch: no head of an answer within headersTimeout',
    faults: ['hang-after-commit'],
    posted: true,
    shape: failed({ name: 'HeadersTimeoutError', code: 'UND_ERR_HEADERS_TIMEOUT' }),
    send: (target) => post(target, withAgent({ headersTimeout: 2000 })),
  },
  {
    title: 'fetch: no body of an answer 200 within bodyTimeout',
    faults: ['half-answer-then-hang'],
    posted: true,
    shape: terminated({ name: 'BodyTimeoutError', code: 'UND_ERR_BODY_TIMEOUT' }),
    send: (target) => post(target, withAgent({ bodyTimeout: 2000 })),
  },
  {
    title: 'fetch: connection refused',
    posted: false,
    shape: failed({ code: 'ECONNREFUSED', syscall: 'connect' }),
    send: async (target) => post({ ...target, url: `http://127.0.0.1:${await closedPort()}` }),
  },
  {
    title: 'fetch: a name that does not resolve',
    posted: false,
    shape: failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
    send: (target) => post({ ...target, url: `http://${'x'.repeat(64)}.invalid` }),
  },
];
