import { ANSWERED, apiError } from './real-errors-answered.js';
import { UNANSWERED } from './real-errors-unanswered.js';
import { UNCONNECTED } from './real-errors-unconnected.js';
import { post, type ErrorCase } from './real-errors.js';

/**
 * What `@discordjs/rest` 2.6.3 with undici 6.29 throws on Node 20 when it does not retry. Its classes are read by structure:
 * - `DiscordAPIError` (4xx): `code` and `rawError` are Discord's, `status` is HTTP's; `code` is undefined where the answer was
 *   no JSON of Discord's.
 * - `HTTPError` (5xx): `status`, no `code`; the body is not read.
 * - `RateLimitError` (only with `rejectOnRateLimit`): `retryAfter` and `timeToReset` in milliseconds, `global`, `scope`; neither
 *   `status` nor `code`. It is also thrown before a request, when the headers of an earlier one said that nothing is left.
 * - Everything else comes from undici or the system as it is, without `cause`.
 *
 * Source: https://github.com/discordjs/discord.js/tree/main/packages/rest/src/lib/errors and `lib/handlers/Shared.ts` beside it.
 */
export const REST_ERRORS: readonly ErrorCase[] = [...ANSWERED, ...UNANSWERED, ...UNCONNECTED];

/**
 * With retries, the error tells of the last request only. The client sends again after 5xx, ECONNRESET and its own time limit
 * (not after UND_ERR_SOCKET), three times unless told otherwise. In each of these cases the message was posted, and the error
 * by itself would say that it was not.
 */
export const MISLEADING_ERRORS: readonly ErrorCase[] = [
  {
    title: '500 after the commit, then missing permissions',
    faults: ['server-error-after-commit', 'missing-permissions'],
    posted: true,
    shape: apiError(403, 50013, 'Missing Permissions'),
    send: (target) => post(target, { retries: 3 }),
  },
  {
    title: 'reset after the commit, then unknown channel',
    faults: ['reset-after-commit', 'unknown-channel'],
    posted: true,
    shape: apiError(404, 10003, 'Unknown Channel'),
    send: (target) => post(target, { retries: 3 }),
  },
  {
    title: '500 after the commit, then 429 with rejectOnRateLimit',
    faults: ['server-error-after-commit', 'rate-limited'],
    posted: true,
    shape: { class: 'RateLimitError' },
    send: (target) => post(target, { retries: 3, rejectOnRateLimit: () => true }),
  },
];
