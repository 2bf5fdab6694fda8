import { InvalidInputError } from '../../contract/errors.js';
import { describe } from '../../domain/describe.js';
import type { SentCodeStore } from '../../contract/store.js';
import { primitivesOf } from '../../core/primitives-of.js';
import { checkOptions } from '../../core/check-options.js';
import { lazySchema } from '../../core/lazy-schema.js';
import { functionSchema, wholeNumberSchema, wordSchema } from '../../core/option-schemas.js';
import { type StoreOptions, storeOptionsSchema } from '../../core/options.js';
import type { FallbackEvent } from './events.js';

/** Options of a {@link FallbackStore}. */
export interface FallbackStoreOptions extends Omit<StoreOptions, 'identity'> {
  /**
   * Time limit of each call to each member. Default: 2 000 ms. A store that does not answer in time
   * is away. A mirror may take ten times as long to open, because it reads its file.
   */
  readonly operationTimeoutMs?: number;
  /**
   * Pause before a member that is away is tried again. Default: 500 ms. It doubles with each try
   * that fails, up to 30 s.
   */
  readonly probeAfterMs?: number;
  /**
   * Which guilds go on while the first store is away. `auto`: guilds that only this process writes,
   * as far as it has seen. `continue`: all copied guilds; you assert that no other process writes.
   * `hold`: none. Default: `auto`. Marks are always accepted.
   */
  readonly whenDegraded?: 'auto' | 'continue' | 'hold';
  /**
   * When a mirror says "unsent". `synced`: only for guilds that it has copied, with no write missed
   * since. `always`: for every code that it does not know; the first store is believed even while a
   * mirror cannot be read. With `always`, codes can be sent twice. `whenDegraded: 'hold'` still
   * holds every guild. Default: `synced`.
   */
  readonly trust?: 'synced' | 'always';
  /**
   * Called with every event, as it happens. An error that it throws, or rejects with, becomes a
   * process warning and changes no call.
   */
  readonly onEvent?: (event: FallbackEvent) => unknown;
}

/** The chain's part of {@link FallbackStoreOptions}, with the defaults filled in. */
export interface FallbackSettings {
  readonly operationTimeoutMs: number;
  readonly probeAfterMs: number;
  readonly whenDegraded: 'auto' | 'continue' | 'hold';
  readonly trust: 'synced' | 'always';
  readonly onEvent: ((event: FallbackEvent) => unknown) | undefined;
}

const schema = lazySchema(() =>
  storeOptionsSchema()
    .omit({ identity: true })
    .extend({
      operationTimeoutMs: wholeNumberSchema('ms', 1, 600_000).optional(),
      probeAfterMs: wholeNumberSchema('ms', 0, 30_000).optional(),
      whenDegraded: wordSchema('auto', 'continue', 'hold').optional(),
      trust: wordSchema('synced', 'always').optional(),
      onEvent: functionSchema<(event: FallbackEvent) => unknown>().optional(),
    }),
);

/** Checks the options and fills in the defaults. */
export function resolveFallbackOptions(options: FallbackStoreOptions): FallbackSettings {
  checkOptions(schema, options, 'FallbackStore');
  return {
    operationTimeoutMs: options.operationTimeoutMs ?? 2000,
    probeAfterMs: options.probeAfterMs ?? 500,
    whenDegraded: options.whenDegraded ?? 'auto',
    trust: options.trust ?? 'synced',
    onEvent: options.onEvent,
  };
}

/** Whether a store can remember writes for the first store, and stand in for it. */
export function canStandIn(store: SentCodeStore): boolean {
  return lackOf(store) === undefined;
}

/** Why a store can only be a witness; `undefined` if it can be more. */
function lackOf(store: SentCodeStore): string | undefined {
  if (primitivesOf(store) === undefined) return 'is not built on AbstractSentCodeStore';
  if (store.supports.claims === false) return 'has no claims';
  return store.supports.metadata ? undefined : 'keeps no metadata of its own';
}

const METHODS = [
  'markSentMany',
  'statesMany',
  'forget',
  'clearGuild',
  'resolveUncertain',
  'ping',
  'close',
] as const satisfies readonly (keyof SentCodeStore)[];

/** Checks that a value is a store: it has the methods that a witness needs. */
function checkStore(value: unknown, argument: string): void {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<string, unknown>>;
  const lacks = METHODS.filter((method) => typeof given[method] !== 'function');
  if (lacks.length === METHODS.length) throw invalid(argument, `${argument} is ${describe(value)}. Pass stores.`);
  if (lacks.length > 0) throw invalid(argument, `${argument} has no ${lacks.join(', ')}: it is no SentCodeStore.`);
  for (const property of ['name', 'identity', 'supports']) {
    if (given[property] === undefined) throw invalid(argument, `${argument} has no ${property}: it is no SentCodeStore.`);
  }
}

/** Checks the members: at least one, none twice, one identity, and a first one that can decide. */
export function checkMembers(stores: readonly SentCodeStore[]): SentCodeStore {
  const given: unknown = stores;
  if (!Array.isArray(given)) throw invalid('stores', `stores is ${describe(given)}. Pass an array of stores.`);
  for (const [index, store] of given.entries()) checkStore(store, `stores[${index}]`);
  const [first] = stores;
  if (first === undefined)
    throw invalid('stores', 'stores is empty. Pass the store that decides, then those that stand in for it.');
  const lack = lackOf(first);
  if (lack !== undefined) {
    throw invalid(
      'stores[0]',
      `stores[0] is ${first.name}, which ${lack}, so it cannot decide. Put it further back, where it is a witness.`,
    );
  }
  for (const [index, store] of stores.entries()) {
    if (stores.indexOf(store) !== index)
      throw invalid(`stores[${index}]`, `stores[${index}] is the same store as stores[${stores.indexOf(store)}].`);
    if (store.identity.name === first.identity.name) continue;
    throw invalid(
      `stores[${index}]`,
      `stores[${index}] has the identity "${store.identity.name}" and stores[0] has "${first.identity.name}": they would not mean the same codes.`,
    );
  }
  return first;
}

function invalid(argument: string, message: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', argument, message);
}
