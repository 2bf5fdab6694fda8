import { z } from 'zod';
import type { Identity } from '../contract/identity.js';
import type { Logger } from '../contract/logger.js';
import { type Clock, systemClock } from '../domain/clock.js';
import { giftCodeIdentity } from '../domain/identity.js';
import { type RandomId, randomId } from '../domain/random.js';
import { lazySchema } from './lazy-schema.js';
import { clockSchema, functionSchema, identitySchema, leaseSchema, loggerSchema, textSchema } from './option-schemas.js';
import { safeLogger } from './callbacks.js';

/** Options of every store. */
export interface StoreOptions {
  /**
   * What log lines and errors call the store, 1 to 100 characters. Default: the name of the class.
   */
  readonly name?: string;
  /** When two spellings are one code. Default: {@link giftCodeIdentity}. */
  readonly identity?: Identity;
  /** Length of a lease in ms, for a claim without its own `leaseMs`. Default: 60 000 ms. */
  readonly leaseMs?: number;
  /** Where the store reports what it repairs and drops. Default: nowhere. */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: makes tokens and message ids. */
  readonly randomId?: RandomId;
}

/** The schema of {@link StoreOptions}, for stores to extend. */
export const storeOptionsSchema = lazySchema(() =>
  z.strictObject({
    name: textSchema(100).optional(),
    identity: identitySchema().optional(),
    leaseMs: leaseSchema().optional(),
    logger: loggerSchema().optional(),
    clock: clockSchema().optional(),
    randomId: functionSchema<RandomId>().optional(),
  }),
);

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** {@link StoreOptions} with all defaults filled in. */
export type ResolvedStoreOptions = Required<StoreOptions>;

/** Fills in the defaults of {@link StoreOptions}. */
export function resolveStoreOptions(options: StoreOptions, defaultName: string): ResolvedStoreOptions {
  return {
    name: options.name ?? defaultName,
    identity: options.identity ?? giftCodeIdentity,
    leaseMs: options.leaseMs ?? 60_000,
    logger: options.logger === undefined ? silent : safeLogger(options.logger),
    clock: options.clock ?? systemClock,
    randomId: options.randomId ?? randomId,
  };
}
