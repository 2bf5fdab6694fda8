import { z } from 'zod';
import { botConfigSchema } from '../../bot/config.js';

/** The moments at which a bot dies. */
export const deaths = [
  'before claim',
  'after claim',
  'before takeUncertain',
  'after takeUncertain',
  'before restart',
  'after restart',
  'before confirm',
  'after confirm',
  'after release',
  'while it sends',
  'while it asks',
] as const;
/** Deaths after the first code of a decision was written, and before the others: MongoDB takes code after code. */
export const tears = ['in the middle of confirm', 'in the middle of restart', 'in the middle of release'] as const;
export type Death = (typeof deaths)[number] | (typeof tears)[number];

export const unattendedConfigSchema = z.strictObject({
  /** Goes through the proxy that makes the outages. */
  apiUrl: z.string(),
  /** The fake itself. */
  controlUrl: z.string(),
  store: botConfigSchema.shape.store,
  /** Channel by guild. */
  channels: z.record(z.string(), z.string()),
  /** Whether the channels are forums: then each message is a post of its own, without a nonce. */
  forum: z.boolean(),
  codes: z.array(z.string()),
  /** Whether the messages carry their id. */
  marked: z.boolean(),
  /** `trusting` takes an empty history for evidence, as a first attempt would. */
  find: z.enum(['preset', 'none', 'trusting']),
  /** When the site had its first code (Unix ms), and how often it gets another one. `null`: it has all of them. */
  site: z.strictObject({ since: z.number(), everyMs: z.number() }).nullable(),
  /** Whether uncertain messages of which nothing can be known are no reason to go on. */
  restsWhenHeld: z.boolean(),
  seed: z.number(),
  incident: z
    .strictObject({ what: z.enum([...deaths, ...tears]), /** At which such moment, from 1. */ nth: z.number() })
    .nullable(),
  /** After so long it gives up. */
  limitMs: z.number(),
});

/** What a bot process is told. */
export type UnattendedConfig = z.infer<typeof unattendedConfigSchema>;

/**
 * Every time after which something changes. The fake remembers a nonce for longer than a retry is allowed, as Discord does, and an
 * outage is longer than all of them.
 */
export const WINDOWS = {
  leaseMs: 1000,
  retryWithinMs: 800,
  settleMs: 600,
  requestMs: 800,
  nonceMs: 2500,
  outageMs: 3200,
} as const;
