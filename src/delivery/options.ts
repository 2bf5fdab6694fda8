import type { Logger } from '../contract/logger.js';
import type { GuildId, DeliveryOutcome, Source } from '../contract/types.js';
import type { Clock } from '../domain/clock.js';
import type { DeliveryEvent } from './events.js';
import type { FindDelivery } from './find-delivery.js';
import type { GuildReport } from './report.js';
import type { VerdictScope } from './outcomes.js';
import type { Schedule } from './timers.js';

/** Options that {@link sendOnce} and {@link announce} share. */
export interface DeliveryOptions<T> {
  /**
   * All items of today, new or not. An item with a malformed code is reported as `refused`, and the
   * others go out. Of several items with the same code, the first counts. A later item with another
   * spelling of the code is reported as `same-code`.
   */
  readonly codes: DeliveryItems<T>;
  /** The code of an item. Default: the item is the code. */
  readonly codeOf?: (item: T) => string;
  /**
   * Sends one message with all of `items`, and resolves when the platform has accepted the message.
   * Then all of `items` count as sent, so the message must show all of them: see `maxPerMessage`.
   * Give `send` a time limit: its lease is renewed for as long as it runs.
   */
  readonly send: (items: T[], context: SendContext) => Promise<unknown>;
  /** Kept with the records. Default: `auto`. */
  readonly source?: Source;
  /** One message for all new codes (`together`), or one for each (`each`). Default: `together`. */
  readonly messages?: 'together' | 'each';
  /** The most codes of one message. A Discord embed holds 25 fields. Default: no limit. */
  readonly maxPerMessage?: number;
  /**
   * Length of a lease in ms, 1 000 to 86 400 000 (a day). Renewed at a third of its length.
   * Default: the store's `leaseMs`.
   */
  readonly leaseMs?: number;
  /**
   * What to do with a message that may have arrived, once its lease is over. Default: `hold`.
   *
   * - `hold`: keep the codes back until somebody decides. Never sent twice.
   * - `retry`: the next call that offers all codes of the message sends it again, under the same
   *   `messageId`. Never lost.
   */
  readonly onUncertain?: 'hold' | 'retry';
  /**
   * With `retry`: a message is held if its first try is longer ago than this many ms, by the
   * store's clock. Default: no limit.
   */
  readonly retryWithinMs?: number;
  /**
   * Asks the platform whether a message arrived that a retry may not decide: `onUncertain` is
   * `'hold'`, or the message is too old for `retryWithinMs`, was tried at another `target`, or is
   * not offered whole any more.
   * What is found is recorded as sent. What did not arrive is sent, under the same `messageId` if
   * the message is offered whole, else as a new message. Default: such messages are held.
   */
  readonly findDelivery?: FindDelivery<T>;
  /**
   * How long after its last try a message is not asked for, in ms: a request that was cut off can
   * still arrive. Default: 30 000 ms.
   */
  readonly settleMs?: number;
  /**
   * What to keep of the platform's answer, so that the message can be found later: 1 to 200
   * characters, on Discord `channelId/messageId`. Called with the result of `send`. If it throws,
   * or gives something else, the codes are marked without, and the process is warned. Default:
   * nothing is kept.
   */
  receiptOf?(result: unknown): string | undefined;
  /** What an error of `send` means. Default: every error is `uncertain`. */
  readonly classifyError?: ClassifyError;
  /**
   * How long a guild is left alone after a permanent failure, in ms. Each further failure doubles
   * the pause, up to an hour. A pause ends early at the first success, by `resume`, for another
   * `target`, and after a restart. 0 means no pauses. Default: 600 000 ms.
   */
  readonly pausePermanentMs?: number;
  /**
   * Where the guild gets its messages, 1 to 200 characters; on Discord the id of the channel or
   * thread. Kept with each message until it is decided, and handed to `send` and `findDelivery`. A
   * pause counts for one target. Default: no target.
   */
  readonly target?: string | ((guildId: string) => string);
  /**
   * Which of today's codes a guild without records gets: all (`send`), none (`baseline`), or those
   * that a function chooses. Decided once in a guild's life, even if several processes meet the
   * guild at once or the list is empty. All but `send` need a store with metadata. Default: `send`.
   */
  readonly firstRun?: 'send' | 'baseline' | ChooseFirst<T>;
  /**
   * The most codes that may be new to a guild at once. If more are new, none is sent: a wiped
   * store, or a site that changed its codes, looks like a flood of new codes. Not counted: codes
   * that `firstRun` chose, and codes that this process remembers as let through before. Default: no
   * limit.
   */
  readonly maxNew?: number;
  /**
   * What to do with more codes than `maxNew`. Default: `hold`.
   *
   * - `hold`: the codes stay free and are reported as `flood`.
   * - `baseline`: the codes are recorded without being sent.
   * - a function: the chosen codes are sent, the others are recorded without being sent.
   */
  readonly onFlood?: 'hold' | 'baseline' | ChooseFromFlood<T>;
  /**
   * Lets more codes than `maxNew` through in this call: for all guilds (`true`), or for each guild
   * for which a function returns `true`. Default: `false`.
   */
  readonly allowFlood?: boolean | ((guildId: string) => boolean);
  /**
   * Writes and sends nothing, and reports what would happen. A guild without records counts as new.
   * Default: `false`.
   */
  readonly dryRun?: boolean;
  /**
   * After an abort no message is started, a claimed message that was not started is released, and
   * the report says so. A `send` under way gets the signal, and has the length of a lease to
   * settle.
   */
  readonly signal?: AbortSignal;
  /** Called for each event. An error in it becomes a process warning and changes nothing else. */
  readonly onEvent?: (event: DeliveryEvent) => unknown;
  /**
   * Gets the report as lines for people, as `summarize` words it: the counts if something is new,
   * each problem once and not in every round in which it lasts. A spelling that is reported as
   * `same-code` gets one line for each store. Default: no lines.
   */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests. */
  readonly schedule?: Schedule;
}

/** Options of {@link sendOnce}. */
export interface SendOnceOptions<T = string> extends DeliveryOptions<T> {
  /** The id of the guild, chat or channel. */
  readonly guildId: GuildId;
}

/** Options of {@link announce}. */
export interface AnnounceOptions<T = string> extends DeliveryOptions<T> {
  /** The guilds. One that occurs twice counts once. */
  readonly guilds: readonly GuildId[] | ReadonlySet<GuildId>;
  /**
   * How many guilds are served at once, each with one message at a time. A crash leaves at most
   * this many messages uncertain. Default: 4.
   */
  readonly concurrency?: number;
  /**
   * What is kept for the report of the call. Default: `full`.
   *
   * - `full`: the report of each guild. Memory grows with the number of guilds and codes.
   * - `counts`: only the counts; `guilds` of the report is empty. Memory grows with `concurrency`.
   *   Use `onGuild` for what became of each code. With `logger`, new problems are kept until the
   *   end, and all else is logged at once.
   */
  readonly report?: 'full' | 'counts';
  /**
   * Called with the report of each guild as soon as the guild is finished, in any order. Not waited
   * for. An error in it becomes a process warning and changes nothing else.
   */
  readonly onGuild?: (guild: GuildReport<T>) => unknown;
  /** Called after each guild. An error in it becomes a process warning and changes nothing else. */
  readonly onProgress?: (progress: AnnounceProgress<T>) => unknown;
}

/** How far an {@link announce} is. */
export interface AnnounceProgress<T = string> {
  /** Number of finished guilds. */
  readonly done: number;
  /** Number of all guilds. */
  readonly total: number;
  /** The guild that has just finished. */
  readonly guild: GuildReport<T>;
}

/** The offered items: an array or a set. */
export type DeliveryItems<T> = readonly T[] | ReadonlySet<T>;

/** What `send` is told of the message. */
export interface SendContext {
  /** The guild, as a string. */
  readonly guildId: string;
  /**
   * Names the message. The same through all retries, in every process: see `discordNonce` of
   * `sent-code-store/discord`.
   */
  readonly messageId: string;
  /** 1 for the first try of the message. More for a retry: an earlier try may have arrived. */
  readonly attempt: number;
  /**
   * Where to send the message: the option `target`, as it was when the message was claimed.
   * `findDelivery` looks for the message there.
   */
  readonly target: string | undefined;
  /**
   * The signal of the call. Without one, a signal that never fires. A lost lease does not abort the
   * signal: a request that was cut off may have arrived all the same.
   */
  readonly signal: AbortSignal;
}

/** What {@link ClassifyError} is told of the message. */
export interface SendErrorContext {
  /** The guild, as a string. */
  readonly guildId: string;
  /** Names the message. */
  readonly messageId: string;
  /** 1 for the first try of the message. */
  readonly attempt: number;
  /** Whether an earlier try may have arrived: `attempt` above 1. */
  readonly resend: boolean;
}

/** What an error of `send` says. */
export interface ErrorVerdict {
  /** Whether the message arrived. */
  readonly outcome: DeliveryOutcome;
  /**
   * Whether every further try will fail until somebody acts. Begins a pause: see
   * `pausePermanentMs`. Default: `false`.
   */
  readonly permanent?: boolean;
  /**
   * What the failure is about. Default: `target`.
   *
   * - `target`: the guild at its target.
   * - `all`: every guild, such as a refused token.
   * - `message`: what is in the message. After the third refusal its codes are tried one at a time.
   *   A code that is refused alone for the second time is left alone for a while, as after a
   *   permanent failure.
   */
  readonly scope?: VerdictScope;
  /** A reason for people. Only reported. */
  readonly reason?: string;
}

/**
 * Says what an error of `send` means for the message. Answer `not-sent` only if nothing can have
 * arrived. An exception, and any answer that is not a verdict, count as `uncertain`.
 */
export type ClassifyError = (error: unknown, context: SendErrorContext) => DeliveryOutcome | ErrorVerdict;

/**
 * Chooses which of today's items are sent to a guild without records. The other items become the
 * guild's baseline. The function may be called more than once for a guild, although one answer
 * counts, so it should have no other effect.
 */
export type ChooseFirst<T> = (items: T[]) => DeliveryItems<T> | Promise<DeliveryItems<T>>;

/**
 * Chooses which items of a flood are sent. The other items are recorded with the source `baseline`
 * and never sent. The function should have no other effect.
 */
export type ChooseFromFlood<T> = (items: T[]) => DeliveryItems<T> | Promise<DeliveryItems<T>>;
