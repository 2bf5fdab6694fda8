import { CONTENT, post, postWith, restFor, type ErrorCase } from './real-errors.js';

/** The error that the REST client makes of a JSON refusal. */
export const apiError = (status: number, code: number, message: string): ErrorCase['shape'] => ({
  class: 'DiscordAPIError',
  name: `DiscordAPIError[${code}]`,
  message,
  status,
  code,
  rawError: { code, message },
  method: 'POST',
  requestBody: { json: { content: CONTENT } },
});

const httpError = (status: number, message: string): ErrorCase['shape'] => ({
  class: 'HTTPError',
  name: 'HTTPError',
  message,
  status,
  code: undefined,
});

/** Discord answered: its client throws what the answer says. */
export const ANSWERED: readonly ErrorCase[] = [
  {
    title: 'missing permissions',
    faults: ['missing-permissions'],
    posted: false,
    shape: apiError(403, 50013, 'Missing Permissions'),
    send: post,
  },
  {
    title: 'missing access',
    faults: ['missing-access'],
    posted: false,
    shape: apiError(403, 50001, 'Missing Access'),
    send: post,
  },
  {
    title: 'unknown channel',
    faults: ['unknown-channel'],
    posted: false,
    shape: apiError(404, 10003, 'Unknown Channel'),
    send: post,
  },
  {
    title: 'a page of a proxy instead of JSON',
    faults: [{ type: 'refusal', status: 403, message: 'Sorry, you have been blocked' }],
    posted: false,
    shape: {
      class: 'DiscordAPIError',
      name: 'DiscordAPIError[undefined]',
      message: 'No Description',
      status: 403,
      code: undefined,
    },
    send: post,
  },
  {
    title: 'the resend of a message that was deleted',
    posted: true,
    shape: { name: 'DiscordAPIError[10008]', message: 'Unknown Message', status: 404, code: 10008 },
    send: async ({ url, channelId, control }) => {
      const body = { content: CONTENT, nonce: channelId, enforce_nonce: true };
      const { id } = (await postWith(restFor(url), channelId, body)) as { id: string };
      await control.deleteMessage(channelId, id);
      return postWith(restFor(url), channelId, body);
    },
  },
  {
    title: 'a token that Discord does not know',
    posted: false,
    shape: apiError(401, 0, '401: Unauthorized'),
    send: ({ url, channelId }) => postWith(restFor(url).setToken('nobody'), channelId),
  },
  {
    title: 'any request of a client whose token was refused before',
    posted: false,
    shape: {
      class: 'Error',
      name: 'Error',
      message: 'Expected token to be set for this request, but none was present',
      code: undefined,
    },
    send: async ({ url, channelId }) => {
      const rest = restFor(url).setToken('nobody');
      await postWith(rest, channelId).catch(() => undefined);
      return postWith(rest, channelId);
    },
  },
  {
    title: '500 after the commit',
    faults: ['server-error-after-commit'],
    posted: true,
    shape: httpError(500, 'Internal Server Error'),
    send: post,
  },
  {
    title: '503 before the commit',
    faults: ['server-error-before-commit'],
    posted: false,
    shape: httpError(503, 'Service Unavailable'),
    send: post,
  },
  {
    title: '502 before the commit',
    faults: ['bad-gateway-before-commit'],
    posted: false,
    shape: httpError(502, 'Bad Gateway'),
    send: post,
  },
  {
    title: '429 with rejectOnRateLimit',
    faults: ['rate-limited'],
    posted: false,
    shape: {
      class: 'RateLimitError',
      name: 'RateLimitError[/channels/:id/messages]',
      message: '',
      code: undefined,
      global: false,
      scope: 'user',
    },
    send: (target) => post(target, { rejectOnRateLimit: () => true }),
  },
  {
    title: 'global 429 with rejectOnRateLimit',
    faults: ['global-rate-limit'],
    posted: false,
    shape: { class: 'RateLimitError', name: 'RateLimitError[/channels/:id/messages]', global: true, scope: 'global' },
    send: (target) => post(target, { rejectOnRateLimit: () => true }),
  },
];
