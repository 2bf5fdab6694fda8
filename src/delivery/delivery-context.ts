import { setMaxListeners } from 'node:events';
import { InvalidInputError, SentCodeStoreError } from '../contract/errors.js';
import type { Claim } from '../contract/claims.js';
import type { SentCodeStore } from '../contract/store.js';
import { describe } from '../domain/describe.js';
import { targetSchema } from '../core/option-schemas.js';
import { type Clock, systemClock } from '../domain/clock.js';
import { withErrorJson } from '../domain/error-json.js';
import { callHook } from '../core/callbacks.js';
import { claimsUnsupported } from '../core/claims.js';
import { CHANNELS } from '../core/diagnostics.js';
import type { DeliveryEvent } from './events.js';
import { logFolded } from './folded-items.js';
import { Offer } from './offered-codes.js';
import type { DeliveryOptions } from './options.js';
import type { FailedOutcome } from './outcomes.js';
import { type Schedule, systemSchedule } from './timers.js';

/** One call of the bot, with all that its steps need. */
export interface Run<T> {
  readonly store: SentCodeStore;
  readonly options: DeliveryOptions<T>;
  readonly offer: Offer<T>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly emit: (event: DeliveryEvent) => void;
  /** Where a guild gets its messages now. `INVALID_OPTION` if `target` does not say. */
  readonly targetOf: (guildId: string) => string | undefined;
}

/**
 * Does the work of a call, under a signal of its own that follows the bot's signal. Any number of
 * messages may listen to the call's signal. The bot's signal lives as long as the bot, so no
 * listener is left on it.
 */
export async function withRun<T, R>(
  store: SentCodeStore,
  options: DeliveryOptions<T>,
  work: (run: Run<T>) => Promise<R>,
): Promise<R> {
  const own = new AbortController();
  setMaxListeners(0, own.signal);
  const run = prepareRun(store, options, own.signal);
  const { signal } = options;
  const follow = (): void => own.abort(signal?.reason);
  if (signal?.aborted === true) follow();
  signal?.addEventListener('abort', follow, { once: true });
  try {
    return await work(run);
  } finally {
    signal?.removeEventListener('abort', follow);
  }
}

/**
 * Refuses a store without claims, and a store without metadata if `firstRun` needs it, before the
 * store is asked anything.
 */
function prepareRun<T>(store: SentCodeStore, options: DeliveryOptions<T>, signal: AbortSignal): Run<T> {
  if (store.supports.claims === false) throw claimsUnsupported(store.name);
  if (!store.supports.metadata && (options.firstRun ?? 'send') !== 'send') {
    throw new SentCodeStoreError(
      'METADATA_UNSUPPORTED',
      `${store.name} cannot remember which guilds had their first run. Leave firstRun out, or use a MongoStore or a JsonFileStore.`,
    );
  }
  const offer = new Offer(options.codes, options.codeOf, store.identity);
  // A dry run logs the whole summary, in which these spellings are.
  if (options.dryRun !== true) logFolded(store, offer.folded, options.logger);
  return {
    store,
    options,
    offer,
    signal,
    clock: options.clock ?? systemClock,
    schedule: options.schedule ?? systemSchedule,
    emit: (event) => {
      const told = withErrorJson(event);
      callHook(options.onEvent, told);
      if (CHANNELS.message.hasSubscribers) CHANNELS.message.publish({ store: store.name, ...told });
    },
    targetOf: (guildId) => targetOf(options.target, guildId),
  };
}

function targetOf(target: DeliveryOptions<never>['target'], guildId: string): string | undefined {
  const given: unknown = typeof target === 'function' ? target(guildId) : target;
  if (given === undefined || targetSchema().safeParse(given).success) return given as string | undefined;
  throw new InvalidInputError(
    'INVALID_OPTION',
    'target',
    `target gave ${describe(given)} for guild ${guildId}. It must give a string of 1 to 200 characters: where the guild gets its messages.`,
  );
}

/** What events and outcomes say of a message. */
export function describeMessage(claim: Claim): { guildId: string; messageId: string; attempt: number; codes: readonly string[] } {
  const { guildId, messageId, attempt, codes } = claim;
  return { guildId, messageId, attempt, codes };
}

/** The outcome of codes whose message was not started because the signal was aborted. */
export function abortedOutcome(signal: AbortSignal): FailedOutcome {
  const error = new SentCodeStoreError('ABORTED', 'The signal was aborted before the message was started. Nothing was sent.', {
    cause: signal.reason,
    retryable: true,
  });
  return { status: 'failed', reason: 'aborted', error, permanent: false };
}
