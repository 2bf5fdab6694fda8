/**
 * What a {@link FallbackStore} tells as it happens. `store` is the name of the member that is
 * spoken of.
 */
export type FallbackEvent =
  /** A member failed or did not answer in time, and is left alone for a while. */
  | { readonly type: 'store-down'; readonly store: string; readonly error: unknown }
  /** A member that was down answers again. */
  | { readonly type: 'store-up'; readonly store: string }
  /** The first store is away: the others go on for it. */
  | { readonly type: 'degraded'; readonly store: string; readonly error: unknown }
  /** The first store has everything, and decides again. */
  | { readonly type: 'recovered'; readonly store: string }
  /** Codes that a mirror remembered from an outage are in the first store. */
  | { readonly type: 'replayed'; readonly store: string; readonly codes: number }
  /**
   * The first store has records of a guild that this process did not make: an outage holds that
   * guild.
   */
  | { readonly type: 'foreign-writer'; readonly store: string; readonly guildId: string }
  /**
   * Another process has a mirror beside the first store too (`live`): an outage holds all guilds.
   * Or it has none any more.
   */
  | { readonly type: 'other-mirrors'; readonly store: string; readonly live: boolean }
  /**
   * A mirror missed a write, so it may not answer for any guild before that guild was copied again.
   */
  | { readonly type: 'mirror-demoted'; readonly store: string; readonly error: unknown }
  /** A mirror has all records of a guild, and may answer for it in an outage. */
  | { readonly type: 'guild-copied'; readonly store: string; readonly guildId: string; readonly records: number }
  /**
   * The first store is not the one that the mirror was kept beside: it was wiped, restored, or is
   * another database.
   */
  | { readonly type: 'first-store-replaced'; readonly store: string }
  /** All that a mirror knows was copied into a first store that had lost it. */
  | { readonly type: 'first-store-refilled'; readonly store: string; readonly records: number }
  /** A mirror's data was damaged: it was moved to `keptAt`, and the mirror is filled again. */
  | { readonly type: 'mirror-set-aside'; readonly store: string; readonly error: unknown; readonly keptAt: string }
  /** A witness is back. So many codes were marked without it, and it will not get them any more. */
  | { readonly type: 'witness-missed'; readonly store: string; readonly codes: number }
  /** No member could take a call. One error for each member, in priority order. */
  | { readonly type: 'all-stores-failed'; readonly errors: readonly unknown[] };

/**
 * What a member is in the chain: the one that decides, one that may stand in for it, or one that
 * only knows what was sent.
 */
export type MemberRole = 'first' | 'mirror' | 'witness';

/** A member at this moment. */
export interface MemberStatus {
  /** The member's name. */
  readonly name: string;
  /** What it is in the chain. */
  readonly role: MemberRole;
  /** Whether calls go to it. */
  readonly up: boolean;
  /** Why not, if not. */
  readonly error?: unknown;
  /** Codes that it remembers for the first store. */
  readonly pending: number;
  /**
   * Codes whose marks a witness did not get since this process began, and will not get any more.
   */
  readonly missed: number;
  /** Guilds for which it may stand in: copied from the first store, and kept since. */
  readonly copiedGuilds: number;
  /** Guilds that somebody else writes too. */
  readonly foreignGuilds: number;
}

/**
 * A chain at this moment. `healthy`: the first store decides. `recovering`: it answers, and
 * something remembered is not in it yet. `degraded`: others stand in for it. `failed`: no store is
 * up that could acknowledge anything.
 */
export interface FallbackStatus {
  /** Which of the four. */
  readonly state: 'healthy' | 'recovering' | 'degraded' | 'failed';
  /** The members, in priority order. */
  readonly stores: readonly MemberStatus[];
}
