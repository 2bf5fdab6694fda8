/**
 * An event of a {@link FallbackStore}, told as it happens. `store`: the name of the member that it
 * is about.
 */
export type FallbackEvent =
  /** A member failed or did not answer in time, and is left alone for a while. */
  | { readonly type: 'store-down'; readonly store: string; readonly error: unknown }
  /** A member that was down answers again. */
  | { readonly type: 'store-up'; readonly store: string }
  /** The first store is away: the mirrors stand in for it. */
  | { readonly type: 'degraded'; readonly store: string; readonly error: unknown }
  /** The first store has everything, and decides again. */
  | { readonly type: 'recovered'; readonly store: string }
  /** Codes that a mirror remembered in an outage are now in the first store. */
  | { readonly type: 'replayed'; readonly store: string; readonly codes: number }
  /**
   * Another process writes this guild too: the first store has records that this process did not
   * make. An outage holds the guild.
   */
  | { readonly type: 'foreign-writer'; readonly store: string; readonly guildId: string }
  /**
   * `live`: another process has a mirror beside the first store too, so an outage holds all guilds.
   * Not `live`: no other process has one any more.
   */
  | { readonly type: 'other-mirrors'; readonly store: string; readonly live: boolean }
  /** A mirror missed a write. It may not answer for a guild until that guild is copied again. */
  | { readonly type: 'mirror-demoted'; readonly store: string; readonly error: unknown }
  /** A mirror has all records of a guild, and may answer for it in an outage. */
  | { readonly type: 'guild-copied'; readonly store: string; readonly guildId: string; readonly records: number }
  /**
   * The first store is not the one that the mirror belongs to: it was wiped, restored, or is
   * another database.
   */
  | { readonly type: 'first-store-replaced'; readonly store: string }
  /** Everything that a mirror knows was copied into a first store that lacked it. */
  | { readonly type: 'first-store-refilled'; readonly store: string; readonly records: number }
  /** A mirror's data was damaged: it was moved to `keptAt`, and the mirror is filled again. */
  | { readonly type: 'mirror-set-aside'; readonly store: string; readonly error: unknown; readonly keptAt: string }
  /** A witness is back. `codes`: how many were marked without it. It never gets them. */
  | { readonly type: 'witness-missed'; readonly store: string; readonly codes: number }
  /** No member could take a call. One error for each member, in priority order. */
  | { readonly type: 'all-stores-failed'; readonly errors: readonly unknown[] };

/**
 * The role of a member in the chain: the `first` store decides, a `mirror` may stand in for it, a
 * `witness` only knows what was sent.
 */
export type MemberRole = 'first' | 'mirror' | 'witness';

/** The state of a member at this moment. */
export interface MemberStatus {
  /** The member's name. */
  readonly name: string;
  /** Its role in the chain. */
  readonly role: MemberRole;
  /** Whether calls go to it. */
  readonly up: boolean;
  /** Why no calls go to it; absent if they do. */
  readonly error?: unknown;
  /** Number of codes that it remembers for the first store. */
  readonly pending: number;
  /** Number of codes whose marks a witness missed since this process began. It never gets them. */
  readonly missed: number;
  /**
   * Number of guilds for which it may stand in: copied from the first store, no write missed since.
   */
  readonly copiedGuilds: number;
  /** Number of guilds that another process writes too. */
  readonly foreignGuilds: number;
}

/** The state of a chain at this moment. */
export interface FallbackStatus {
  /**
   * `healthy`: the first store decides. `recovering`: it answers, but lacks some remembered writes.
   * `degraded`: mirrors stand in for it. `failed`: no store is up that could acknowledge a write.
   */
  readonly state: 'healthy' | 'recovering' | 'degraded' | 'failed';
  /** The members, in priority order. */
  readonly stores: readonly MemberStatus[];
}
