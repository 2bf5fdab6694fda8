import { z } from 'zod';
import { StoreDamagedError } from '../contract/errors.js';
import type { SpelledKey } from '../domain/codes.js';
import { markKeys } from './batches.js';
import type { StorePrimitives } from './driver.js';

const markerSchema = z.object({
  by: z.string(),
  state: z.enum(['pending', 'done']),
  /** Identities to be marked; empty once that is done. */
  codes: z.array(z.string()),
});
type Marker = z.infer<typeof markerSchema>;

/** Key of a guild's baseline among the store's own metadata. */
export function baselineKey(guildId: string): string {
  return `baseline:${guildId}`;
}

/**
 * Marks codes as a guild's baseline, once. The decision is one atomic insert that carries the codes, so a crash at any point leaves either
 * nothing or an intention that the next caller completes:
 *
 * ```text
 * process 1: inserts A, B    -> its own   marks A, B   writes "done"
 * process 2: inserts A, B, C -> A, B      marks A, B   (C is new, and offered)
 * ```
 *
 * Resolves to whether it was this call's codes that count.
 *
 * A guild that has records gets the marker too, without codes: otherwise forgetting its only code would make it a guild without a past.
 */
export async function applyBaseline(
  store: StorePrimitives,
  guildId: string,
  keys: readonly SpelledKey[],
  context: { readonly by: string; readonly now: number },
): Promise<boolean> {
  const key = baselineKey(guildId);
  let stored = (await store.metadata.get([key])).get(key);
  if (stored === undefined) {
    const own: Marker = (await hasRecords(store, guildId))
      ? { by: 'records', state: 'done', codes: [] }
      : { by: context.by, state: 'pending', codes: keys.map(({ code }) => code) };
    stored = await store.metadata.insert(key, JSON.stringify(own));
  }
  const marker = parseMarker(stored, guildId);
  if (marker.state === 'pending') {
    const pending = marker.codes.map((code) => ({ guildId, code, spelling: code }));
    await markKeys(store, pending, { source: 'baseline', sentAt: context.now });
    await store.metadata.set(new Map([[key, JSON.stringify({ ...marker, state: 'done', codes: [] } satisfies Marker)]]));
  }
  return marker.by === context.by;
}

async function hasRecords(store: StorePrimitives, guildId: string): Promise<boolean> {
  for await (const _ of store.scanRecords({ guildId })) return true;
  return false;
}

function parseMarker(text: string, guildId: string): Marker {
  try {
    return markerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreDamagedError(
      `The baseline mark of guild ${guildId} cannot be read. Remove it with clearGuild, or restore the store.`,
      {},
      { cause },
    );
  }
}
