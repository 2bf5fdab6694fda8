import { z } from 'zod';
import type { Identity } from '../contract/identity.js';
import type { Logger } from '../contract/logger.js';
import { type Clock, systemClock } from '../domain/clock.js';
import { giftCodeIdentity } from '../domain/identity.js';
import { type RandomId, randomId } from '../domain/random.js';
import { clockSchema, functionSchema, identitySchema, leaseSchema, loggerSchema, textSchema } from './option-schemas.js';

/** Options that every store takes. */
export interface StoreOptions {
  /** For log lines and errors; the kind of store unless given. */
  readonly name?: string;
  /** When two spellings are one code; {@link giftCodeIdentity} unless given. */
  readonly identity?: Identity;
  /** Length of a lease in ms where a claim does not say; 60 000 unless given. */
  readonly leaseMs?: number;
  /** Where the store reports what it mends and drops; nowhere unless given. */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: makes tokens and message ids. */
  readonly randomId?: RandomId;
}

/** The schema of {@link StoreOptions}, for stores to extend. */
export const storeOptionsSchema = z.strictObject({
  name: textSchema(100).optional(),
  identity: identitySchema.optional(),
  leaseMs: leaseSchema.optional(),
  logger: loggerSchema.optional(),
  clock: clockSchema.optional(),
  randomId: functionSchema<RandomId>().optional(),
});

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** {@link StoreOptions} with nothing left open. */
export type ResolvedStoreOptions = Required<StoreOptions>;

/** Fills in what {@link StoreOptions} leave open. */
export function resolveStoreOptions(options: StoreOptions, defaultName: string): ResolvedStoreOptions {
  return {
    name: options.name ?? defaultName,
    identity: options.identity ?? giftCodeIdentity,
    leaseMs: options.leaseMs ?? 60_000,
    logger: options.logger ?? silent,
    clock: options.clock ?? systemClock,
    randomId: options.randomId ?? randomId,
  };
}
