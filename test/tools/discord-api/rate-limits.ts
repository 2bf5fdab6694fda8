import { createHash } from 'node:crypto';
import type { Answer } from './http.js';

/** So many requests in each window. */
export interface Limit {
  readonly requests: number;
  readonly windowMs: number;
}

export type RateLimitScope = 'user' | 'shared' | 'global';

/** https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit; `Retry-After` is whole seconds, `retry_after` is not. */
export function tooManyRequests(retryAfterMs: number, scope: RateLimitScope, code?: number): Answer {
  const global = scope === 'global';
  return {
    status: 429,
    headers: {
      'Retry-After': String(Math.ceil(retryAfterMs / 1000)),
      'X-RateLimit-Scope': scope,
      ...(global ? { 'X-RateLimit-Global': 'true' } : {}),
    },
    body: {
      message: scope === 'shared' ? 'The resource is being rate limited.' : 'You are being rate limited.',
      retry_after: retryAfterMs / 1000,
      global,
      ...(code === undefined ? {} : { code }),
    },
  };
}

interface Window {
  used: number;
  resetsAt: number;
}

/** Counts requests in fixed windows, each beginning with its first request. `now` answers Unix milliseconds. */
export class RateLimiter {
  readonly #limit: Limit;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(limit: Limit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Counts one request; `retryAfterMs` is there when it is one too many. */
  take(key: string): { readonly remaining: number; readonly resetsAt: number; readonly retryAfterMs?: number } {
    const now = this.#now();
    let window = this.#windows.get(key);
    if (window === undefined || now >= window.resetsAt) {
      window = { used: 0, resetsAt: now + this.#limit.windowMs };
      this.#windows.set(key, window);
    }
    const { resetsAt } = window;
    if (window.used >= this.#limit.requests) return { remaining: 0, resetsAt, retryAfterMs: resetsAt - now };
    window.used += 1;
    return { remaining: this.#limit.requests - window.used, resetsAt };
  }

  /** https://docs.discord.com/developers/topics/rate-limits#header-format; the bucket names the route without its channel. */
  headers(route: string, taken: { readonly remaining: number; readonly resetsAt: number }): Record<string, string> {
    return {
      'X-RateLimit-Limit': String(this.#limit.requests),
      'X-RateLimit-Remaining': String(taken.remaining),
      'X-RateLimit-Reset': String(taken.resetsAt / 1000),
      'X-RateLimit-Reset-After': String((taken.resetsAt - this.#now()) / 1000),
      'X-RateLimit-Bucket': createHash('md5').update(route).digest('hex'),
    };
  }
}
