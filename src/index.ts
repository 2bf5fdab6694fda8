/**
 * For bots: the stores, sending each code once, and the way from an older bot's state.
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
  StoreDamagedError,
  StoreLockedError,
} from './contract/errors.js';
export type { Identity } from './contract/identity.js';
export type { Logger } from './contract/logger.js';
export type { SentCodeStore } from './contract/store.js';
export type { StoreSupport } from './contract/support.js';
export type {
  BaselineResult,
  Codes,
  CodeState,
  DeliveryOutcome,
  GuildCodes,
  GuildId,
  GuildStats,
  MarkSentResult,
  SentCode,
  Source,
} from './contract/types.js';
export type { Claim, ClaimResult, ConfirmResult, TakenClaim, UncertainCode } from './contract/claims.js';

export { exactIdentity } from './domain/exact-identity.js';
export { giftCodeIdentity, normalizeCode } from './domain/identity.js';
export { listCodes } from './core/list-codes.js';
export type { ClaimEvent, StoreCall, StoreEvent } from './core/diagnostics.js';
export { resetGuild, type ResetGuildOptions } from './core/reset-guild.js';
export { PartialMarkError } from './core/partial-mark-error.js';
export { urlIdentity, type UrlIdentityOptions } from './core/url-identity.js';

export type { FallbackEvent, FallbackStatus } from './stores/fallback/events.js';
export { FallbackStore } from './stores/fallback/fallback-store.js';
export type { FallbackStoreOptions } from './stores/fallback/options.js';
export { JsonFileStore } from './stores/json-file/json-file-store.js';
export type { JsonFileStoreOptions } from './stores/json-file/options.js';
export type { LegacyStateAdapter } from './stores/legacy/adapter.js';
export { LegacyAdapterStore, type LegacyAdapterStoreOptions } from './stores/legacy/legacy-adapter-store.js';
export { legacyStateCollection } from './stores/legacy/state-collection.js';
export { legacyStateFile } from './stores/legacy/state-file.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.js';
export { MongoStore } from './stores/mongo/mongo-store.js';
export type { MongoStoreOptions } from './stores/mongo/options.js';

export { resetMigration } from './migration/completion-mark.js';
export { migrateLegacyState, type MigrationOptions } from './migration/migrate-legacy-state.js';
export { MigrationIncompleteError } from './migration/migration-incomplete-error.js';
export type { MigrationProgress, MigrationReport } from './migration/report.js';
export type { LegacyGuildDocument, MigrationSource } from './migration/source.js';

export { resume } from './delivery/pauses.js';
export { announce } from './delivery/announce.js';
export type { DeliveryEvent } from './delivery/events.js';
export type {
  AnnounceOptions,
  AnnounceProgress,
  ClassifyError,
  ErrorVerdict,
  SendContext,
  SendErrorContext,
  SendOnceOptions,
} from './delivery/options.js';
export type { AnnounceReport, CodeReport, GuildReport, SendReport } from './delivery/report.js';
export type { CodeOutcome } from './delivery/outcomes.js';
export { sendOnce } from './delivery/send-once.js';
export type { DeliveryEvidence, FindDelivery, UncertainMessage } from './delivery/find-delivery.js';
export { summarize } from './delivery/summarize.js';

export { classifyNetworkError } from './platforms/network/classify-network-error.js';
export type { ResendContext } from './platforms/network/resend.js';
