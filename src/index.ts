export * from './contract/errors.js';
export type { Identity } from './contract/identity.js';
export type { Logger } from './contract/logger.js';
export type * from './contract/types.js';
export type { SentCodeStore } from './contract/store.js';
export type { StoreSupport } from './contract/support.js';

export type { Clock } from './domain/clock.js';
export type { CodeKey } from './domain/codes.js';
export { giftCodeIdentity, normalizeCode } from './domain/identity.js';
export type { TimestampFormat } from './domain/timestamps.js';
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
export { listCodes } from './core/list-codes.js';
export type { ResolvedStoreOptions, StoreOptions } from './core/options.js';
export { PartialMarkError } from './core/partial-mark-error.js';
export type {
  ClaimWrite,
  Mark,
  ScannedRecord,
  ScanScope,
  Settlement,
  StoreDriver,
  StoreMetadata,
  StorePrimitives,
} from './core/driver.js';

export type { FallbackEvent, FallbackStatus, MemberRole, MemberStatus } from './stores/fallback/events.js';
export { FallbackStore } from './stores/fallback/fallback-store.js';
export type { FallbackStoreOptions } from './stores/fallback/options.js';
export { JsonFileStore } from './stores/json-file/json-file-store.js';
export type { JsonFileStoreOptions } from './stores/json-file/options.js';
export type { LegacyStateAdapter, LegacyStateChanger, LegacyStatePair } from './stores/legacy/adapter.js';
export type { LegacyLists, LegacyStateChange } from './stores/legacy/state-change.js';
export { LegacyAdapterStore, type LegacyAdapterStoreOptions } from './stores/legacy/legacy-adapter-store.js';
export {
  type LegacyCollectionLike,
  legacyStateCollection,
  type LegacyStateCollectionOptions,
} from './stores/legacy/state-collection.js';
export { legacyStateFile, type LegacyStateFileOptions } from './stores/legacy/state-file.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.js';
export type { MongoBulkResultLike, MongoClientLike, MongoCollectionLike, MongoCursorLike } from './stores/mongo/driver.js';
export { MongoStore } from './stores/mongo/mongo-store.js';
export type {
  MongoClientOptions,
  MongoCollectionOptions,
  MongoStoreOptions,
  MongoStoreSettings,
  MongoUriOptions,
} from './stores/mongo/options.js';

export type { GlobalCodes } from './migration/legacy-source.js';
export { resetMigration } from './migration/completion-mark.js';
export { migrateLegacyState, type MigrationOptions } from './migration/migrate-legacy-state.js';
export { MigrationIncompleteError } from './migration/migration-incomplete-error.js';
export type {
  GlobalCodesReport,
  GuildMigration,
  MigrationProgress,
  MigrationReport,
  MigrationTotals,
  RefusedCode,
} from './migration/report.js';
export type { LegacyGuildDocument, LegacyStateDocument, MigrationSource } from './migration/source.js';

export { announce } from './delivery/announce.js';
export { classifyDiscordError, type DiscordErrorContext } from './platforms/discord/classify-discord-error.js';
export { discordNonce } from './platforms/discord/discord-nonce.js';
export type { DeliveryEvent } from './delivery/events.js';
export type {
  AnnounceOptions,
  AnnounceProgress,
  ChooseFirst,
  ClassifyError,
  DeliveryOptions,
  ErrorContext,
  ErrorVerdict,
  Items,
  SendContext,
  SendOnceOptions,
} from './delivery/options.js';
export type {
  AnnounceReport,
  CodeOutcome,
  CodeReport,
  CodeStatus,
  FailedOutcome,
  GuildReport,
  RefusedOutcome,
  SendReport,
  SentOutcome,
  StatusCounts,
  UncertainOutcome,
} from './delivery/report.js';
export { sendOnce } from './delivery/send-once.js';
export type { Schedule } from './delivery/timers.js';
