import { z } from 'zod';
import { checkOptions } from '../core/check-options.js';
import { lazySchema } from '../core/lazy-schema.js';
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
  targetSchema,
  checkedLaterSchema,
  wholeNumberSchema,
  wordOrFunctionSchema,
  wordSchema,
} from '../core/option-schemas.js';
import type { AnnounceOptions, SendOnceOptions } from './options.js';

/** Checks the options of {@link sendOnce}, except `codes` and `guildId`. */
export function checkSendOnceOptions<T>(options: SendOnceOptions<T>): void {
  checkOptions(sendOnceSchema, options, 'sendOnce');
}

/** Checks the options of {@link announce}, except `codes` and `guilds`. */
export function checkAnnounceOptions<T>(options: AnnounceOptions<T>): void {
  checkOptions(announceSchema, options, 'announce');
}

const shared = lazySchema(() => ({
  codes: checkedLaterSchema(),
  codeOf: functionSchema().optional(),
  send: functionSchema(),
  // Checked here as a mark does it, because after the send it would be too late to refuse.
  source: sourceSchema().optional(),
  messages: wordSchema('together', 'each').optional(),
  maxPerMessage: wholeNumberSchema('codes', 1).optional(),
  leaseMs: leaseSchema().optional(),
  onUncertain: wordSchema('hold', 'retry').optional(),
  retryWithinMs: durationSchema().optional(),
  classifyError: functionSchema().optional(),
  findDelivery: functionSchema().optional(),
  settleMs: durationSchema().optional(),
  receiptOf: functionSchema().optional(),
  firstRun: wordOrFunctionSchema('send', 'baseline').optional(),
  pausePermanentMs: durationSchema().optional(),
  target: optionSchema(
    (value) => typeof value === 'function' || targetSchema().safeParse(value).success,
    'a string of 1 to 200 characters, or a function',
  ).optional(),
  maxNew: wholeNumberSchema('codes', 1).optional(),
  onFlood: wordOrFunctionSchema('hold', 'baseline').optional(),
  allowFlood: optionSchema(
    (value) => typeof value === 'boolean' || typeof value === 'function',
    'true, false or a function',
  ).optional(),
  logger: loggerSchema().optional(),
  dryRun: flagSchema().optional(),
  signal: signalSchema().optional(),
  onEvent: functionSchema().optional(),
  clock: clockSchema().optional(),
  schedule: functionSchema().optional(),
}));

const sendOnceSchema = lazySchema(() => z.strictObject({ ...shared(), guildId: checkedLaterSchema() }));

const announceSchema = lazySchema(() =>
  z.strictObject({
    ...shared(),
    guilds: checkedLaterSchema(),
    concurrency: wholeNumberSchema('guilds at once', 1, 1000).optional(),
    report: wordSchema('full', 'counts').optional(),
    onGuild: functionSchema().optional(),
    onProgress: functionSchema().optional(),
  }),
);
