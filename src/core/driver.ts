import type { StoreSupport } from '../contract/support.js';
import type { Claim } from '../contract/claims.js';
import type { CodeKey } from '../domain/codes.js';
import type { CodeRecord, Hold } from '../domain/record.js';
import type { CodeEvent } from '../domain/state-machine.js';

/** A mark to be made. */
export interface Mark extends CodeKey {
  readonly source: string | null;
  /** ms since 1970; `null` only where a copied record has no time. */
  readonly sentAt: number | null;
  /** What the platform answered for the message. A store without receipts drops it. */
  readonly receipt?: string | undefined;
  /**
   * The caller has just read that nothing is under the key. Something may be there by now, so this
   * is a hint for a store to which an insert is cheaper than an update. Default: not known.
   */
  readonly isNew?: boolean;
}

/** A claim to be made: some codes of one guild, under one token, as one message. */
export interface ClaimWrite {
  readonly guildId: string;
  /**
   * Length of the lease in ms. 0 makes the codes uncertain at once: a copy of an uncertain code is
   * made so.
   */
  readonly leaseMs: number;
  /** Age of the message's first try in ms. 0 for a first try, `null` if the age is not known. */
  readonly ageMs: number | null;
  /**
   * In a copy: how long ago the last try ended, in ms. Default: the last try ends with the lease.
   */
  readonly idleMs?: number | null | undefined;
  /** One hold for each code, all of the same message. */
  readonly holds: readonly (Hold & { readonly code: string })[];
}

/** A change of a held code. */
export interface Settlement extends CodeKey {
  readonly event: Extract<CodeEvent, { type: 'renew' | 'release' | 'unsent' | 'resize' | 'take' | 'resolve' }>;
}

/** What became of a code that the owner of a claim marked. */
export interface Confirmation {
  /** Whether this very call made the mark. Exact, as the answer of `markRecords` is. */
  readonly isMarked: boolean;
  /** Whether the claim had lost the code before: it was neither sent nor of the claim's token. */
  readonly isLost: boolean;
}

/**
 * What the owner of a claim has of a code: it holds it, the code was sent, or somebody else may
 * have it.
 */
export type Ownership = 'held' | 'sent' | 'lost';

/** How the owner of a claim gives a code back. */
export type ReleaseOutcome = Extract<CodeEvent, { type: 'release' }>['outcome'];

/** A record and its key. */
export interface ScannedRecord extends CodeKey {
  readonly record: CodeRecord;
}

/** Which records a scan covers. */
export interface ScanScope {
  /** One guild. Default: all guilds. */
  readonly guildId?: string;
  /** Only claimed and uncertain codes. Default: all codes. */
  readonly held?: boolean;
}

/**
 * What a store keeps of itself, apart from the records of codes. Keys and values are strings
 * without a meaning to the store. A key has at most 200 characters.
 */
export interface StoreMetadata {
  /** The values of the keys that exist. */
  get(keys: readonly string[]): Promise<Map<string, string>>;
  /**
   * Writes the value if the key is absent. Resolves to the value under the key afterwards. Atomic
   * against other callers and processes.
   */
  insert(key: string, value: string): Promise<string>;
  /** Writes values, over old ones too. */
  set(entries: ReadonlyMap<string, string>): Promise<void>;
  /** Removes keys. */
  delete(keys: readonly string[]): Promise<void>;
  /** All entries whose key begins with the prefix. */
  list(prefix: string): AsyncIterable<readonly [key: string, value: string]>;
}

/**
 * What a store hands to {@link AbstractSentCodeStore}, which derives every public method from it.
 *
 * Arguments are checked, normalised, without repeats, and at most {@link StoreDriver.chunkSize}
 * keys long; the keys of one call belong to any number of guilds. Answers are aligned with the
 * argument: entry `i` speaks of key `i`. A method that cannot know the answer rejects: `undefined`
 * says that the code is absent for certain. No method is called before {@link StoreDriver.open}
 * resolved.
 */
export interface StoreDriver {
  /** What the store can do. Fixed. */
  readonly supports: StoreSupport;
  /** The most keys of one call. Default: 1 000. */
  readonly chunkSize?: number;
  /** The record under each key. */
  readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * Applies the event `mark`. Durable when it resolves. Resolves to whether this very call made
   * each mark; `false` if the code was marked before. The answer must be exact even if the
   * database's driver sent the write twice.
   */
  markRecords(marks: readonly Mark[]): Promise<readonly boolean[]>;
  /**
   * All records in a scope, in any order. Streams: memory does not grow with the number of records.
   */
  scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord>;
  /** Applies the event `forget`. Resolves to the number removed. */
  removeRecords(keys: readonly CodeKey[]): Promise<number>;
  /** Applies the event `forget` to all codes of a guild. Resolves to the number removed. */
  removeGuild(guildId: string): Promise<number>;
  /**
   * Applies the event `claim`. Durable when it resolves. Resolves to the records afterwards; a
   * record with the claim's token is the caller's. Needed where `supports.claims` is not `false`.
   */
  claimRecords?(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * Applies events to held codes, each on the condition that the state machine names. Resolves to
   * the records afterwards. Needed where `supports.claims` is not `false`.
   */
  settleRecords?(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * What is known under each key, for a caller who will mark the codes in any case. Here
   * `undefined` says nothing, and "sent" is as good as the caller's own mark. Default:
   * {@link StoreDriver.readRecords}.
   */
  readKnown?(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]>;
  /**
   * Writes metadata, then applies the event `mark`. Whatever happens, no mark is durable without
   * the metadata. Default: `metadata.set`, then {@link StoreDriver.markRecords}.
   */
  markWithMetadata?(marks: readonly Mark[], entries: ReadonlyMap<string, string>): Promise<readonly boolean[]>;
  /**
   * Whether `markRecords` may go without {@link StoreDriver.readKnown}: it writes nothing for a
   * code that was sent before. Only a saving. Default: `false`.
   */
  mayMarkUnread?(keys: readonly CodeKey[]): boolean;
  /**
   * Whether `claimRecords` may go without {@link StoreDriver.readRecords} for codes that the caller
   * has read as absent a moment ago. Only a saving: `claimRecords` finds what is held or sent by
   * now. Default: `false`.
   */
  mayClaimUnread?(keys: readonly CodeKey[]): boolean;
  /**
   * {@link StoreDriver.markRecords} for the owner of a claim, who wants to know as well whether the
   * claim had lost a code. Default: {@link StoreDriver.readKnown} and
   * {@link StoreDriver.markRecords}.
   */
  confirmRecords?(claim: Claim, marks: readonly Mark[]): Promise<readonly Confirmation[]>;
  /**
   * The event `renew` for the owner of a claim. Resolves to what the owner has afterwards. Default:
   * {@link StoreDriver.settleRecords}.
   */
  renewRecords?(claim: Claim, keys: readonly CodeKey[]): Promise<readonly Ownership[]>;
  /**
   * The event `release` for the owner of a claim. Codes that the claim has lost stay as they are.
   * Default: {@link StoreDriver.settleRecords}.
   */
  releaseRecords?(claim: Claim, keys: readonly CodeKey[], outcome: ReleaseOutcome): Promise<void>;
  /** The guilds that have records, each once. Default: found by a scan of all records. */
  scanGuilds?(): AsyncIterable<string>;
  /**
   * What the store keeps of itself. Needed where `supports.metadata` is `true`. Only used while the
   * driver is open.
   */
  readonly metadata?: StoreMetadata;
  /** A sign of life. Default: resolves, because the driver is open. */
  pingStore?(): Promise<void>;
  /**
   * Moves damaged data aside and keeps it for a person. The next call opens the store again, with
   * what could be saved. Resolves to the place of the damaged data. Default: damaged data stays in
   * its place.
   */
  setAsideDamaged?(): Promise<string>;
  /**
   * Opens the driver before its first call. A failed opening must clean up after itself, because
   * the next call opens again.
   */
  open?(): Promise<void>;
  /** Lets go of everything. Called once, after the last call, and only if the driver was opened. */
  close?(): Promise<void>;
}

/**
 * A {@link StoreDriver} with every optional primitive filled in. A store that is built of other
 * stores calls their primitives.
 */
export type StorePrimitives = Required<Omit<StoreDriver, 'supports' | 'chunkSize' | 'open' | 'close' | 'setAsideDamaged'>> & {
  /**
   * {@link StoreDriver.setAsideDamaged}. Resolves to `undefined` if the driver has no such method.
   */
  setAsideDamaged(): Promise<string | undefined>;
};
