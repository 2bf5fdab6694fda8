/**
 * For authors of stores: the base that derives every call, what a store writes, and the state
 * machine that every store obeys.
 *
 * @packageDocumentation
 */
export {
  AllStoresFailedError,
  InvalidInputError,
  LeaseLostError,
  NotAuthoritativeError,
  SentCodeStoreError,
  type SentCodeStoreErrorCode,
  type SentCodeStoreErrorOptions,
  StoreDamagedError,
  StoreLockedError,
} from './contract/errors.js';
export type { Identity } from './contract/identity.js';
export type { Logger } from './contract/logger.js';
export type { SentCodeStore } from './contract/store.js';
export type { StoreSupport } from './contract/support.js';
export type * from './contract/types.js';
export type * from './contract/claims.js';

export type { Clock } from './domain/clock.js';
export type { CodeKey } from './domain/codes.js';
export { giftCodeIdentity, normalizeCode } from './domain/identity.js';
export type { RandomId } from './domain/random.js';
export type { CodeRecord, HeldRecord, Hold, SentRecord } from './domain/record.js';
export {
  type CodeEvent,
  type LocalHold,
  type LocalRecord,
  localState,
  toCodeRecord,
  transition,
} from './domain/state-machine.js';

export { AbstractSentCodeStore } from './core/abstract-store.js';
export type { ResolvedStoreOptions, StoreOptions } from './core/options.js';
export { PartialMarkError } from './core/partial-mark-error.js';
export type {
  ClaimWrite,
  Confirmation,
  Mark,
  Ownership,
  ScannedRecord,
  ScanScope,
  Settlement,
  StoreDriver,
  StoreMetadata,
  StorePrimitives,
} from './core/driver.js';
