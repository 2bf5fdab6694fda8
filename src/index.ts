export * from './contract/errors.js';
export type { Identity } from './contract/identity.js';
export type * from './contract/results.js';
export type { Logger } from './contract/logger.js';
export type { SentCodeStore } from './contract/store.js';
export type { StoreSupport } from './contract/support.js';
export type { Clock } from './domain/clock.js';
export type { RandomId } from './domain/random.js';
export { giftCodeIdentity, normalizeCode } from './domain/identity.js';
export type { CodeKey } from './domain/codes.js';
export type { CodeRecord, HeldRecord, Hold, SentRecord } from './domain/record.js';
export { AbstractSentCodeStore } from './store/abstract-store.js';
export type { StoreOptions } from './store/options.js';
export { PartialMarkError } from './store/partial-mark-error.js';
export type {
  ClaimWrite,
  Mark,
  ScannedRecord,
  ScanScope,
  Settlement,
  StoreMetadata,
  StorePrimitives,
} from './store/primitives.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.js';
