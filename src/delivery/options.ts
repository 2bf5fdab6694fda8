import { z } from 'zod';
import type { GuildId, DeliveryOutcome, Source } from '../contract/types.js';
import type { Logger } from '../contract/logger.js';
import type { Clock } from '../domain/clock.js';
import { checkOptions } from '../core/check-options.js';
import {
  clockSchema,
  durationSchema,
  flagSchema,
  functionSchema,
  leaseSchema,
  loggerSchema,
  optionSchema,
  signalSchema,
  sourceSchema,
  checkedLaterSchema,
  wholeNumberSchema,
  wordOrFunctionSchema,
  wordSchema,
} from '../core/option-schemas.js';
import type { DeliveryEvent } from './events.js';
import type { GuildReport, VerdictScope } from './report.js';
import type { Schedule } from './timers.js';

/** What is offered: a list or a set. */
export type DeliveryItems<T> = readonly T[] | ReadonlySet<T>;

/** What `send` is told of its message. */
export interface SendContext {
  /** The guild, as a string. */
  readonly guildId: string;
  /** Names the message through all retries, by whichever process: see `discordNonce` of `sent-code-store/discord`. */
  readonly messageId: string;
  /** 1 for the first try of the message; more for a retry, whose earlier tries may have arrived. */
  readonly attempt: number;
  /**
   * The signal of the call; one that never fires if there is none. It is not aborted when a lease is lost: a request that is cut
   * off may have arrived, so that would only make things less clear.
   */
  readonly signal: AbortSignal;
}

/** What {@link ClassifyError} is told of the message. */
export interface SendErrorContext {
  /** The guild, as a string. */
  readonly guildId: string;
  /** The message. */
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
  /** Whether trying again is of no use until somebody does something. It begins a pause: see `pausePermanentMs`. */
  readonly permanent?: boolean;
  /**
   * What the failure is about. `target` (default): the guild, at its channel. `all`: every guild, such as a refused token.
   * `message`: what is in this message. Its codes may be tried again; after the third refusal one at a time, and a code that is
   * refused alone for the second time is left alone, as after a permanent failure.
   */
  readonly scope?: VerdictScope;
  /** For people. Only reported. */
  readonly reason?: string;
}

/**
 * Says what an error of `send` means for the message. Anything but a verdict, also an exception, counts as `uncertain`. Answer
 * `not-sent` only if it is certain that nothing arrived.
 */
export type ClassifyError = (error: unknown, context: SendErrorContext) => DeliveryOutcome | ErrorVerdict;

/**
 * Chooses what of today's items is sent to a guild that has no records; the others are recorded as its baseline. It may be asked
 * more than once for a guild, but its answer counts once, so it should do nothing else.
 */
export type ChooseFirst<T> = (items: T[]) => DeliveryItems<T> | Promise<DeliveryItems<T>>;

/**
 * Chooses what of a flood is sent; the others are recorded as known (source `baseline`) and never sent. It should do nothing else.
 */
export type ChooseFromFlood<T> = (items: T[]) => DeliveryItems<T> | Promise<DeliveryItems<T>>;

/** Options that {@link sendOnce} and {@link announce} share. */
export interface DeliveryOptions<T> {
  /**
   * What is offered, new or not. An item whose code is malformed is reported as `refused`, and the others go out. Of items with
   * the same code the first one counts.
   */
  readonly codes: DeliveryItems<T>;
  /** The code of an item. */
  readonly codeOf?: (item: T) => string;
  /**
   * Sends one message with all of `items`, and resolves when the platform has accepted it. Everything that it gets counts as sent
   * then, so it must show all of it: see `maxPerMessage`. It should have a time limit: a lease is renewed for as long as `send`
   * runs.
   */
  readonly send: (items: T[], context: SendContext) => Promise<unknown>;
  /** Kept with the records; `auto` unless given. */
  readonly source?: Source;
  /** One message for all new codes (`together`, unless given) or one for each. */
  readonly messages?: 'together' | 'each';
  /** The most codes of one message; without limit unless given. A Discord embed holds 25 fields. */
  readonly maxPerMessage?: number;
  /** Length of a lease in ms; the store's unless given. Renewed at a third of it. 1 000 at least, a day at most. */
  readonly leaseMs?: number;
  /**
   * What to do with a message that may have arrived, once its lease is over: `hold` it until somebody decides (never twice;
   * unless given), or `retry` it, by the next call that offers all its codes, under the same `messageId` (never lost).
   */
  readonly onUncertain?: 'hold' | 'retry';
  /** With `retry`: hold messages whose first try is longer ago than this many ms, by the store's clock. */
  readonly retryWithinMs?: number;
  /** What an error of `send` means; without it every error is `uncertain`. */
  readonly classifyError?: ClassifyError;
  /**
   * How long a guild is left alone after a permanent failure, in ms. Default: 600 000. Twice as long after each further one, to an
   * hour; over at the first success, by `resume`, for another `target`, and after a restart. 0: no pauses.
   */
  readonly pausePermanentMs?: number;
  /** Where the guild gets its messages; on Discord the id of the channel or thread. A pause counts for one target. */
  readonly target?: string | ((guildId: string) => string);
  /**
   * What a guild without records gets of today's codes: all (`send`, unless given), none (`baseline`), or what a function
   * chooses. Decided once in a guild's life, also if several processes meet it at once or the list is empty. Needs a store with
   * metadata.
   */
  readonly firstRun?: 'send' | 'baseline' | ChooseFirst<T>;
  /**
   * The most codes that may be new to a guild at once; no limit by default. Of more than that none is sent: a wiped store, or a
   * site that changed its codes, looks like a flood of new ones. Counted after `firstRun`, whose choice is exempt, and without
   * codes that were let through before, as far as this process remembers.
   */
  readonly maxNew?: number;
  /**
   * What to do with more codes than `maxNew`: `hold` them, free and reported as `flood` (default), record them as known without
   * sending them (`baseline`), or send what a function chooses and record the others.
   */
  readonly onFlood?: 'hold' | 'baseline' | ChooseFromFlood<T>;
  /** Lets more codes than `maxNew` through, for this call: to all guilds (`true`), or to those that a function names. */
  readonly allowFlood?: boolean | ((guildId: string) => boolean);
  /**
   * Where the report is written for people, as `summarize` words it; nowhere by default. Each problem once, not in every round in
   * which it lasts. Nothing where nothing is new.
   */
  readonly logger?: Logger;
  /** Writes and sends nothing, and reports what would happen. A guild without records is taken for a new one. */
  readonly dryRun?: boolean;
  /**
   * When aborted, no message is started any more, what was claimed for one is released, and the report says so. A `send` under
   * way gets the signal and has the length of a lease to settle.
   */
  readonly signal?: AbortSignal;
  /** Told of what happens. An error in it becomes a process warning and changes nothing else. */
  readonly onEvent?: (event: DeliveryEvent) => unknown;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests. */
  readonly schedule?: Schedule;
}

/** Options of {@link sendOnce}. */
export interface SendOnceOptions<T = string> extends DeliveryOptions<T> {
  /** The guild, or any chat or channel. */
  readonly guildId: GuildId;
}

/** How far an {@link announce} is. */
export interface AnnounceProgress<T = string> {
  /** Guilds that are finished. */
  readonly done: number;
  /** Guilds in all. */
  readonly total: number;
  /** The guild that was finished last. */
  readonly guild: GuildReport<T>;
}

/** Options of {@link announce}. */
export interface AnnounceOptions<T = string> extends DeliveryOptions<T> {
  /** The guilds. One that occurs twice counts once. */
  readonly guilds: readonly GuildId[] | ReadonlySet<GuildId>;
  /**
   * How many guilds are served at once, each with one message at a time; 4 unless given. A crash leaves no more messages
   * uncertain than this.
   */
  readonly concurrency?: number;
  /** Told of each guild that is finished. An error in it becomes a process warning and changes nothing else. */
  readonly onProgress?: (progress: AnnounceProgress<T>) => unknown;
}

const shared = {
  codes: checkedLaterSchema,
  codeOf: functionSchema().optional(),
  send: functionSchema(),
  // As a mark has it: refused here, because after the send it would be too late.
  source: sourceSchema.optional(),
  messages: wordSchema('together', 'each').optional(),
  maxPerMessage: wholeNumberSchema('codes', 1).optional(),
  leaseMs: leaseSchema.optional(),
  onUncertain: wordSchema('hold', 'retry').optional(),
  retryWithinMs: durationSchema.optional(),
  classifyError: functionSchema().optional(),
  firstRun: wordOrFunctionSchema('send', 'baseline').optional(),
  pausePermanentMs: durationSchema.optional(),
  target: optionSchema(
    (value) => typeof value === 'function' || (typeof value === 'string' && value !== ''),
    'a string that is not empty, or a function',
  ).optional(),
  maxNew: wholeNumberSchema('codes', 1).optional(),
  onFlood: wordOrFunctionSchema('hold', 'baseline').optional(),
  allowFlood: optionSchema(
    (value) => typeof value === 'boolean' || typeof value === 'function',
    'true, false or a function',
  ).optional(),
  logger: loggerSchema.optional(),
  dryRun: flagSchema.optional(),
  signal: signalSchema.optional(),
  onEvent: functionSchema().optional(),
  clock: clockSchema.optional(),
  schedule: functionSchema().optional(),
};
const sendOnceSchema = z.strictObject({ ...shared, guildId: checkedLaterSchema });
const announceSchema = z.strictObject({
  ...shared,
  guilds: checkedLaterSchema,
  concurrency: wholeNumberSchema('guilds at once', 1, 1000).optional(),
  onProgress: functionSchema().optional(),
});

/** Checks the options of {@link sendOnce} but for `codes` and `guildId`. */
export function checkSendOnceOptions<T>(options: SendOnceOptions<T>): void {
  checkOptions(sendOnceSchema, options, 'sendOnce');
}

/** Checks the options of {@link announce} but for `codes` and `guilds`. */
export function checkAnnounceOptions<T>(options: AnnounceOptions<T>): void {
  checkOptions(announceSchema, options, 'announce');
}
