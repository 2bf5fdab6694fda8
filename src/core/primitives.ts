import type { CodeKey } from '../domain/codes.js';
import type { CodeRecord, Hold } from '../domain/record.js';
import type { CodeEvent } from '../domain/state-machine.js';

/** A mark to be made. */
export interface Mark extends CodeKey {
  readonly source: string | null;
  /** ms since 1970; `null` only where a copied record has no time. */
  readonly sentAt: number | null;
}

/** A claim to be made: holds under one token and one message, of one guild. */
export interface ClaimWrite {
  readonly guildId: string;
  /** Length of the lease in ms. 0 makes the codes uncertain at once, which is how a copy of an uncertain code is made. */
  readonly leaseMs: number;
  /** Age of the message's first try in ms; 0 for a first try, `null` for not known. */
  readonly ageMs: number | null;
  /** One for each code; all of one message. */
  readonly holds: readonly (Hold & { readonly code: string })[];
}

/** A change of a held code. */
export interface Settlement extends CodeKey {
  readonly event: Extract<CodeEvent, { type: 'renew' | 'release' | 'resize' | 'take' | 'resolve' }>;
}

/** A record and its key. */
export interface ScannedRecord extends CodeKey {
  readonly record: CodeRecord;
}

/** What a scan covers. */
export interface ScanScope {
  /** One guild; all of them if absent. */
  readonly guildId?: string;
  /** Only codes that are claimed or uncertain. */
  readonly held?: boolean;
}

/**
 * A store's own metadata, apart from the records of codes. Keys and values are strings that mean nothing to the store; keys are at most 200
 * characters.
 */
export interface StoreMetadata {
  /** The values of those keys that are there. */
  get(keys: readonly string[]): Promise<Map<string, string>>;
  /** Writes the value if the key is absent. Resolves to the value that is there afterwards. Atomic against other callers and processes. */
  insert(key: string, value: string): Promise<string>;
  /** Writes values, over those that are there. */
  set(entries: ReadonlyMap<string, string>): Promise<void>;
  /** Removes keys. */
  delete(keys: readonly string[]): Promise<void>;
  /** All entries whose key begins with the prefix. */
  list(prefix: string): AsyncIterable<readonly [key: string, value: string]>;
}

/**
 * What a store writes; {@link AbstractSentCodeStore} derives the rest. Arguments are checked, normalised, without repeats, and at most
 * {@link AbstractSentCodeStore.chunkSize} keys long, of any number of guilds. Answers are aligned with the argument: entry `i` speaks of
 * key `i`. Every method rejects if it cannot know: an answer of `undefined` says that the code is absent for certain.
 */
export interface StorePrimitives {
  /** The record under each key. */
  readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * What is known under each key, for a caller who marks the codes whatever it is: `undefined` says nothing. A record that is reported as sent is as
   * good as a mark of the caller's own.
   */
  readKnown(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * Applies the event `mark`. Durable when it resolves. Resolves to whether this very call made the mark, `false` if a mark was there: exact
   * also when the write was sent twice by a driver.
   */
  markRecords(marks: readonly Mark[]): Promise<readonly boolean[]>;
  /** Applies the event `claim`. Durable when it resolves. Resolves to the records afterwards: those with the token are the caller's. */
  claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]>;
  /** Applies events to held codes, each on the condition that the state machine names. Resolves to the records afterwards. */
  settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]>;
  /** All records in a scope, in any order. Streams: memory does not grow with their number. */
  scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord>;
  /** The guilds that have records, each once. */
  scanGuilds(): AsyncIterable<string>;
  /** Applies the event `forget`. Resolves to the number removed. */
  removeRecords(keys: readonly CodeKey[]): Promise<number>;
  /** Applies the event `forget` to all codes of a guild. Resolves to the number removed. */
  removeGuild(guildId: string): Promise<number>;
  /** The store's own metadata. Only called where `supports.metadata`. */
  readonly metadata: StoreMetadata;
  /** A sign of life. */
  pingStore(): Promise<void>;
}
