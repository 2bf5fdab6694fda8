import { z } from 'zod';
import { StoreDamagedError } from '../../../contract/errors.js';
import { lazySchema } from '../../../core/lazy-schema.js';
import { type CodeKey, keyOf } from '../../../domain/codes.js';
import type { ClaimWrite, Mark, Settlement } from '../../../core/driver.js';

/** A write that the first store has not confirmed. */
export type PendingWrite =
  | { readonly type: 'mark'; readonly marks: readonly Mark[] }
  /**
   * `takeover`: the codes were uncertain, and their message was taken over, for a retry or to ask.
   * `at`: when it was remembered, in ms since 1970, because ages grow until the replay.
   */
  | {
      readonly type: 'claim';
      readonly claim: ClaimWrite;
      readonly takeover?: 'retry' | 'ask' | undefined;
      readonly at?: number | undefined;
    }
  | { readonly type: 'settle'; readonly changes: readonly Settlement[]; readonly at?: number | undefined };

const schema = lazySchema(() => {
  const key = { guildId: z.string(), code: z.string() };
  const lease = { token: z.string(), leaseMs: z.number() };
  const hold = {
    token: z.string().nullable(),
    messageId: z.string(),
    spelling: z.string(),
    position: z.number(),
    size: z.number(),
    attempt: z.number(),
    unsentTries: z.number().optional(),
    target: z.string().optional(),
  };
  const ageMs = z.number().nullable();
  const event = z.discriminatedUnion('type', [
    z.object({ type: z.literal('renew'), ...lease }),
    z.object({ type: z.literal('release'), token: z.string(), outcome: z.enum(['not-sent', 'uncertain', 'unsent']) }),
    z.object({ type: z.literal('unsent'), ...lease, target: z.string().optional(), ageMs: ageMs.optional() }),
    z.object({ type: z.literal('resize'), token: z.string(), position: z.number(), size: z.number() }),
    z.object({ type: z.literal('take'), messageId: z.string(), ...lease, asks: z.boolean().optional() }),
    z.object({ type: z.literal('resolve'), messageId: z.string(), attempt: z.number() }),
  ]);
  return z.discriminatedUnion('type', [
    z.object({
      type: z.literal('mark'),
      marks: z.array(
        z.object({ ...key, source: z.string().nullable(), sentAt: z.number().nullable(), receipt: z.string().optional() }),
      ),
    }),
    z.object({
      type: z.literal('claim'),
      takeover: z.enum(['retry', 'ask']).optional(),
      at: z.number().optional(),
      claim: z.object({
        guildId: z.string(),
        leaseMs: z.number(),
        ageMs,
        idleMs: ageMs.optional(),
        holds: z.array(z.object({ ...hold, code: z.string() })),
      }),
    }),
    z.object({ type: z.literal('settle'), changes: z.array(z.object({ ...key, event })), at: z.number().optional() }),
  ]);
});

/** The codes of a write. */
export function keysOf(write: PendingWrite): readonly CodeKey[] {
  if (write.type === 'mark') return write.marks;
  if (write.type === 'settle') return write.changes;
  const { guildId, holds } = write.claim;
  return holds.map(({ code }) => ({ guildId, code }));
}

/** The token of a claim; `null` of other writes. */
export function tokenOf(write: PendingWrite): string | null {
  return write.type === 'claim' ? (write.claim.holds[0]?.token ?? null) : null;
}

/** A write without its parts about a code under some tokens; `undefined` if nothing is left. */
export function without(
  write: PendingWrite | undefined,
  id: string,
  tokens: ReadonlySet<string | null>,
): PendingWrite | undefined {
  if (write === undefined || write.type === 'mark') return write;
  if (write.type === 'claim') {
    const { claim } = write;
    const holds = claim.holds.filter(({ code, token }) => keyOf(claim.guildId, code) !== id || !tokens.has(token));
    if (holds.length === claim.holds.length) return write;
    return holds.length === 0 ? undefined : { ...write, claim: { ...claim, holds } };
  }
  const changes = write.changes.filter(
    ({ guildId, code, event }) => keyOf(guildId, code) !== id || event.type === 'resolve' || !tokens.has(event.token),
  );
  if (changes.length === write.changes.length) return write;
  return changes.length === 0 ? undefined : { ...write, changes };
}

/** A pending write as it is kept in a mirror's metadata. */
export function encodePending(write: PendingWrite): string {
  return JSON.stringify(write);
}

/** Reads what {@link encodePending} made. `STORE_DAMAGED` for anything else. */
export function decodePending(text: string, storeName: string): PendingWrite {
  try {
    return schema().parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreDamagedError(`${storeName}: a write that it remembers for the first store cannot be read.`, {}, { cause });
  }
}
