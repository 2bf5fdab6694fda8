import { setTimeout as delay } from 'node:timers/promises';
import { Channels } from './channels.js';
import { FaultPlan } from './fault-plan.js';
import { Ledger } from './ledger.js';
import { MessageBoard } from './message-board.js';
import { RateLimiter, type Limit } from './rate-limits.js';
import { snowflakes } from './snowflake.js';

export interface DiscordApiOptions {
  /** The NDJSON file to append to; must be empty or absent. */
  readonly ledgerPath: string;
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** How long an enforced nonce is remembered after its message; 5 minutes unless said. Discord says "the past few minutes". */
  readonly nonceWindowMs?: number;
  /** For each author, route and channel; 50 in a second unless said. Discord's own are not published. */
  readonly routeLimit?: Limit;
  /** For each author over all routes; none unless said. Discord's is 50 in a second. */
  readonly globalLimit?: Limit;
  /** How far the fake's clock is ahead of this machine's, in ms; negative: behind. 0 unless said. */
  readonly clockSkewMs?: number;
}

/** The state that all routes share. */
export interface World {
  readonly board: MessageBoard;
  readonly channels: Channels;
  readonly ledger: Ledger;
  readonly routeLimiter: RateLimiter;
  readonly globalLimiter: RateLimiter | undefined;
  faults: FaultPlan;
  /** Whether the bots have the intent for message content. */
  hasContentIntent: boolean;
  /** Moves the clock of nonces, rate limits and timestamps; delays are real time. */
  readonly advanceClock: (ms: number) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Rejects with an `AbortError` when the server closes. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** `closing` ends the delays that are under way. */
export function createWorld(options: DiscordApiOptions, closing: AbortSignal): World {
  let advancedMs = options.clockSkewMs ?? 0;
  const now = (): number => Date.now() + advancedMs;
  return {
    channels: new Channels(),
    hasContentIntent: true,
    board: new MessageBoard(options.nonceWindowMs ?? 300_000, now, snowflakes(now)),
    ledger: new Ledger(options.ledgerPath, now),
    routeLimiter: new RateLimiter(options.routeLimit ?? { requests: 50, windowMs: 1000 }, now),
    globalLimiter: options.globalLimit === undefined ? undefined : new RateLimiter(options.globalLimit, now),
    faults: new FaultPlan(),
    now,
    advanceClock: (ms) => {
      advancedMs += ms;
    },
    sleep: (ms) => delay(ms, undefined, { signal: closing }),
  };
}
