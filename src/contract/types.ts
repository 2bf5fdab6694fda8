/**
 * The audience within which a code is sent once: a Discord guild, or any chat or channel id. At
 * most 100 characters, not empty, no `:`. A JavaScript `number` is refused: ids of chat platforms
 * exceed 2^53, so JavaScript has rounded such a number already.
 */
export type GuildId = string | bigint;

/** An array or a set of codes. Not any iterable: a lone string would be read letter by letter. */
export type Codes = readonly string[] | ReadonlySet<string>;

/** Codes of one guild: one entry of a batch. */
export interface GuildCodes<C extends Codes = Codes> {
  /** The guild. */
  readonly guildId: GuildId;
  /** Its codes. */
  readonly codes: C;
}

/** Where a mark came from. A bot may use words of its own (1 to 100 characters). */
export type Source = 'auto' | 'api' | 'website' | 'manual' | 'migration' | 'baseline' | (string & {});

/**
 * Whether a message arrived: the one vocabulary for sending, releasing, resolving and classifying
 * errors.
 */
export type DeliveryOutcome = 'sent' | 'not-sent' | 'uncertain';

/** What a store knows of a (guild, code). Only an `absent` code may be sent. */
export type CodeState = 'absent' | 'claimed' | 'uncertain' | 'sent';

/** Options of a mark. */
export interface MarkOptions {
  /** Kept with the first mark of a code. Default: `auto`. */
  readonly source?: Source;
  /**
   * When the code was sent. Kept with the first mark of a code. Default: now, by the store's clock.
   */
  readonly sentAt?: Date;
  /**
   * What the platform answered for the message: on Discord its id, say. 1 to 200 characters. Kept
   * with the first mark of a code where `supports.receipts` is `true`. Default: none.
   */
  readonly receipt?: string;
}

/** What a mark did. Codes are in the caller's spelling, without repeats. */
export interface MarkSentResult {
  /** Codes that this call marked. */
  readonly marked: string[];
  /** Codes that had been marked before. They keep their first time and source. */
  readonly alreadySent: string[];
}

/** {@link MarkSentResult} of one guild of a batch. */
export interface GuildMarkResult extends MarkSentResult {
  /** The guild, as a string. */
  readonly guildId: string;
}

/** States of one guild of a batch. */
export interface GuildStates {
  /** The guild, as a string. */
  readonly guildId: string;
  /** State by code, in the caller's spelling and order. */
  readonly states: Map<string, CodeState>;
}

/** What a baseline did. */
export interface BaselineResult {
  /**
   * Whether this call made the guild's baseline. `false` if the guild had a baseline or records
   * already; then no code was marked.
   */
  readonly applied: boolean;
  /** The codes of the baseline, in the caller's spelling. Empty if `applied` is `false`. */
  readonly marked: string[];
}

/** A code that was sent. */
export interface SentCode {
  /** The guild, as a string. */
  readonly guildId: string;
  /** The code's identity. */
  readonly code: string;
  /** Source of the first mark; `null` where the store keeps none. */
  readonly source: string | null;
  /** Time of the first mark; `null` where the store keeps none. */
  readonly sentAt: Date | null;
  /** Receipt of the first mark; `null` where none was given or the store keeps none. */
  readonly receipt: string | null;
}

/** Figures of one guild. */
export interface GuildStats {
  /** Number of codes that were sent. */
  readonly total: number;
  /** Number of codes for each source; codes without a source count under `unknown`. */
  readonly bySource: Record<string, number>;
  /** Earliest time of a mark. */
  readonly firstSentAt: Date | null;
  /** Latest time of a mark. */
  readonly lastSentAt: Date | null;
  /** Identity of the code that was marked last; `null` where no times are kept. */
  readonly lastCode: string | null;
  /** Number of codes whose message may have arrived. */
  readonly uncertain: number;
}
