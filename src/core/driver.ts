import type { StoreSupport } from '../contract/support.js';
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
 * What a store keeps of itself, apart from the records of codes. Keys and values are strings that mean nothing to the store; keys are at most 200
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
 * What a store hands to {@link AbstractSentCodeStore}, which derives every public method from it.
 *
 * Arguments are checked, normalised, without repeats, and at most {@link StoreDriver.chunkSize} keys
 * long; the keys of one call belong to any number of guilds. Answers are aligned with the argument:
 * entry `i` speaks of key `i`. Every method rejects if it cannot know: an answer of `undefined` says
 * that the code is absent for certain. No method is called before {@link StoreDriver.open} resolved.
 */
export interface StoreDriver {
  /** What the store can do. Fixed. */
  readonly supports: StoreSupport;
  /** The most keys that the store is handed at once. Default: 1 000. */
  readonly chunkSize?: number;
  /** The record under each key. */
  readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * Applies the event `mark`. Durable when it resolves. Resolves to whether this very call made the
   * mark, `false` if a mark was there: exact also when a driver of a database sent the write twice.
   */
  markRecords(marks: readonly Mark[]): Promise<readonly boolean[]>;
  /** All records in a scope, in any order. Streams: memory does not grow with their number. */
  scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord>;
  /** Applies the event `forget`. Resolves to the number removed. */
  removeRecords(keys: readonly CodeKey[]): Promise<number>;
  /** Applies the event `forget` to all codes of a guild. Resolves to the number removed. */
  removeGuild(guildId: string): Promise<number>;
  /**
   * Applies the event `claim`. Durable when it resolves. Resolves to the records afterwards: those
   * with the token are the caller's. Needed where `supports.claims`.
   */
  claimRecords?(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * Applies events to held codes, each on the condition that the state machine names. Resolves to
   * the records afterwards. Needed where `supports.claims`.
   */
  settleRecords?(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * What is known under each key, for a caller who marks the codes whatever it is: `undefined` says
   * nothing. A record that is reported as sent is as good as a mark of the caller's own.
   * Default: {@link StoreDriver.readRecords}.
   */
  readKnown?(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /** The guilds that have records, each once. Default: from a scan of everything. */
  scanGuilds?(): AsyncIterable<string>;
  /** What the store keeps of itself. Needed where `supports.metadata`; only read while it is open. */
  readonly metadata?: StoreMetadata;
  /** A sign of life. Default: to be open is one. */
  pingStore?(): Promise<void>;
  /**
   * Moves stored data that does not make sense out of the way, keeps it for a person, and leaves the
   * store as one that opens again at its next call, with what could be saved. Resolves to where the
   * damaged data is. Default: there is no way to do it.
   */
  setAsideDamaged?(): Promise<string>;
  /** Opens the store before its first call. Cleans up after itself if it fails: the next call opens again. */
  open?(): Promise<void>;
  /** Lets go of everything. Called once, after the last call, and only if the store was opened. */
  close?(): Promise<void>;
}

/**
 * A {@link StoreDriver} with nothing left open: what a store that is built of others (a chain, a
 * copy) calls.
 */
export type StorePrimitives = Required<Omit<StoreDriver, 'supports' | 'chunkSize' | 'open' | 'close' | 'setAsideDamaged'>> & {
  /** {@link StoreDriver.setAsideDamaged}; resolves to `undefined` if the store has no way to do it. */
  setAsideDamaged(): Promise<string | undefined>;
};
