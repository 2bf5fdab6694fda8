import { z } from 'zod';
import { StoreDamagedError } from '../../../contract/errors.js';
import type { CodeKey } from '../../../domain/codes.js';
import type { ClaimWrite, Mark, Settlement } from '../../../core/driver.js';

/** A write that the first store has not confirmed. */
export type PendingWrite =
  | { readonly type: 'mark'; readonly marks: readonly Mark[] }
  | { readonly type: 'claim'; readonly claim: ClaimWrite }
  | { readonly type: 'settle'; readonly changes: readonly Settlement[] };

const key = { guildId: z.string(), code: z.string() };
const lease = { token: z.string(), leaseMs: z.number() };
const hold = {
  token: z.string().nullable(),
  messageId: z.string(),
  spelling: z.string(),
  position: z.number(),
  size: z.number(),
  attempt: z.number(),
};
const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('renew'), ...lease }),
  z.object({ type: z.literal('release'), token: z.string(), outcome: z.enum(['not-sent', 'uncertain']) }),
  z.object({ type: z.literal('resize'), token: z.string(), position: z.number(), size: z.number() }),
  z.object({ type: z.literal('take'), messageId: z.string(), ...lease }),
  z.object({ type: z.literal('resolve'), messageId: z.string(), attempt: z.number() }),
]);
const schema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('mark'),
    marks: z.array(z.object({ ...key, source: z.string().nullable(), sentAt: z.number().nullable() })),
  }),
  z.object({
    type: z.literal('claim'),
    claim: z.object({
      guildId: z.string(),
      leaseMs: z.number(),
      ageMs: z.number().nullable(),
      holds: z.array(z.object({ ...hold, code: z.string() })),
    }),
  }),
  z.object({ type: z.literal('settle'), changes: z.array(z.object({ ...key, event })) }),
]);

/** The codes that a write speaks of. */
export function keysOf(write: PendingWrite): readonly CodeKey[] {
  if (write.type === 'mark') return write.marks;
  if (write.type === 'settle') return write.changes;
  const { guildId, holds } = write.claim;
  return holds.map(({ code }) => ({ guildId, code }));
}

/** A pending write as it is kept in a mirror's metadata. */
export function encodePending(write: PendingWrite): string {
  return JSON.stringify(write);
}

/** What {@link encodePending} made; `STORE_DAMAGED` for anything else. */
export function decodePending(text: string, storeName: string): PendingWrite {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreDamagedError(`${storeName}: a write that it remembers for the first store cannot be read.`, {}, { cause });
  }
}
