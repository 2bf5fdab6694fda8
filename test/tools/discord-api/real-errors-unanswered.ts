import { Agent, post, postWith, restFor, type ErrorCase } from './real-errors.js';

const socketClosed = { class: 'SocketError', name: 'SocketError', message: 'other side closed', code: 'UND_ERR_SOCKET' };
/** A `DOMException`: its `code` is the number 20 of the old DOM, and no code of Discord's. */
const aborted = { class: 'DOMException', name: 'AbortError', message: 'This operation was aborted', code: 20 };

/** The request went out, and no whole answer came back: posted or not, the error is the same. */
export const UNANSWERED: readonly ErrorCase[] = [
  {
    title: 'reset before the commit',
    faults: ['reset-before-commit'],
    posted: false,
    shape: { class: 'Error', code: 'ECONNRESET', syscall: 'read' },
    send: post,
  },
  {
    title: 'reset after the commit',
    faults: ['reset-after-commit'],
    posted: true,
    shape: { class: 'Error', code: 'ECONNRESET', syscall: 'read' },
    send: post,
  },
  {
    title: 'connection closed before the commit',
    faults: ['close-before-commit'],
    posted: false,
    shape: socketClosed,
    send: post,
  },
  { title: 'connection closed after the commit', faults: ['close-after-commit'], posted: true, shape: socketClosed, send: post },
  {
    title: 'connection closed within the answer 200',
    faults: ['half-answer-then-close'],
    posted: true,
    shape: socketClosed,
    send: post,
  },
  {
    title: "the client's own time limit",
    faults: ['hang-after-commit'],
    posted: true,
    shape: aborted,
    send: (target) => post(target, { timeout: 2000 }),
  },
  {
    title: "the caller's signal, under way",
    faults: ['hang-after-commit'],
    posted: true,
    shape: aborted,
    send: async ({ url, channelId, control }) => {
      const abort = new AbortController();
      const sending = postWith(restFor(url), channelId, undefined, abort.signal);
      await Promise.all([sending, control.waitFor((entry) => entry.channelId === channelId).then(() => abort.abort())]);
    },
  },
  {
    title: "the caller's signal, before the start",
    posted: false,
    shape: aborted,
    send: ({ url, channelId }) => postWith(restFor(url), channelId, undefined, AbortSignal.abort()),
  },
  {
    title: "the caller's signal, in the client's queue",
    faults: ['hang-after-commit'],
    posted: false,
    shape: { class: 'Error', name: 'Error', message: 'Request aborted manually', code: undefined },
    send: async ({ url, channelId, control }) => {
      const [abort, abortFirst] = [new AbortController(), new AbortController()];
      const rest = restFor(url);
      const first = postWith(rest, channelId, { content: 'first' }, abortFirst.signal).catch(() => undefined);
      await control.waitFor((entry) => entry.channelId === channelId);
      const second = postWith(rest, channelId, undefined, abort.signal);
      setImmediate(() => abort.abort());
      try {
        return await second;
      } finally {
        abortFirst.abort();
        await first;
      }
    },
  },
  {
    title: 'no head of an answer within headersTimeout',
    faults: ['hang-after-commit'],
    posted: true,
    shape: { class: 'HeadersTimeoutError', name: 'HeadersTimeoutError', code: 'UND_ERR_HEADERS_TIMEOUT' },
    send: (target) => post(target, { agent: new Agent({ headersTimeout: 2000 }) }),
  },
  {
    // The client's own time limit ends with the head of the answer: here it has passed long before.
    title: 'no body of an answer 200 within bodyTimeout',
    faults: ['half-answer-then-hang'],
    posted: true,
    shape: { class: 'BodyTimeoutError', name: 'BodyTimeoutError', code: 'UND_ERR_BODY_TIMEOUT' },
    send: (target) => post(target, { timeout: 1000, agent: new Agent({ bodyTimeout: 2000 }) }),
  },
];
