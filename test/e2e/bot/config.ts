import { z } from 'zod';

/** The moments at which a bot dies or stops. `-deleted`: somebody deletes the message just before. */
export const incidents = [
  'kill before the claim',
  'kill after the claim',
  'kill before the answer',
  'kill before the answer, message deleted',
  'kill before the confirm',
  'kill after the confirm',
  'stop past the lease before the send',
  'stop past the lease before the confirm',
] as const;
export type Incident = (typeof incidents)[number];

export const botConfigSchema = z.strictObject({
  apiUrl: z.string(),
  store: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('mongo'), uri: z.string(), database: z.string() }),
    z.strictObject({ kind: z.literal('json-file'), path: z.string() }),
  ]),
  /** `naive`: look up, send, mark, as bots without claims do. */
  policy: z.enum(['hold', 'retry', 'naive']),
  nonce: z.boolean(),
  /** Channel by guild. */
  channels: z.record(z.string(), z.string()),
  codes: z.array(z.string()),
  seed: z.number(),
  incident: z.strictObject({ what: z.enum(incidents), /** At which such moment, from 1. */ nth: z.number() }).nullable(),
  /** After so long it gives up with exit code 2. */
  limitMs: z.number(),
});

/** What a bot process is told. */
export type BotConfig = z.infer<typeof botConfigSchema>;

/** Length of a bot's leases in ms: the least that a store takes. */
export const LEASE_MS = 1000;
