import { z } from 'zod';
import { StoreDamagedError } from '../contract/errors.js';
import { lazySchema } from './lazy-schema.js';
import { partsOf, readPart, removeParts, writeParts } from './baseline-parts.js';
import type { SpelledKey } from '../domain/codes.js';
import { markKeys } from './batches.js';
import type { StorePrimitives } from './driver.js';

const markerSchema = lazySchema(() =>
  z.object({
    by: z.string(),
    state: z.enum(['pending', 'done']),
    /** Identities to be marked; empty once that is done, and where they stand in parts. */
    codes: z.array(z.string()),
    /**
     * In how many values of their own the identities stand that are too many for this one. They are
     * removed once all is done.
     */
    parts: z.number().int().nonnegative().default(0),
  }),
);
type Marker = z.infer<ReturnType<typeof markerSchema>>;

/** Key of a guild's baseline among the store's own metadata. */
export function baselineKey(guildId: string): string {
  return `baseline:${guildId}`;
}

/**
 * Marks codes as a guild's baseline, once. The decision is one atomic insert that carries the
 * codes, so a crash at any point leaves either nothing or an intention that the next caller
 * completes:
 *
 * ```text
 * process 1: inserts A, B    -> its own   marks A, B   writes "done"
 * process 2: inserts A, B, C -> A, B      marks A, B   (C is new, and offered)
 * ```
 *
 * Codes that are too many for one value are written before the decision, in parts that bear the
 * name of their call, and the decision says how many parts there are. Parts without a decision mean
 * nothing:
 *
 * ```text
 * process 1: writes parts 1a 1b   inserts "1, 2 parts" -> its own     marks 1a, marks 1b   writes "done"   removes 1a 1b
 * process 2: writes parts 2a 2b   inserts "2, 2 parts" -> 1's         marks 1a … 1b is gone: "done" is there
 *                                 removes 2a 2b
 * a crash of process 1:         ^ nothing, but for parts that       ^ whoever comes next marks 1a and 1b, and goes on
 *                                 nobody reads
 * ```
 *
 * Resolves to whether it was this call's codes that count.
 *
 * A guild that has records gets the marker too, without codes: otherwise forgetting its only code
 * would make it a guild without a past.
 */
export async function applyBaseline(
  store: StorePrimitives,
  guildId: string,
  keys: readonly SpelledKey[],
  context: { readonly by: string; readonly now: number },
): Promise<boolean> {
  const key = baselineKey(guildId);
  const stored = (await store.metadata.get([key])).get(key) ?? (await decide(store, guildId, keys, context.by));
  const marker = parseMarker(stored, guildId);
  if (marker.state === 'pending') await complete(store, guildId, marker, context.now);
  return marker.by === context.by;
}

/** Removes a guild's baseline. First the marker: parts without one mean nothing. */
export async function removeBaseline(store: StorePrimitives, guildId: string): Promise<void> {
  const key = baselineKey(guildId);
  const stored = (await store.metadata.get([key])).get(key);
  if (stored === undefined) return;
  await store.metadata.delete([key]);
  const marker = readMarker(stored);
  if (marker !== undefined) await removeParts(store.metadata, { guildId, by: marker.by }, marker.parts);
}

/** Resolves to the marker that is there afterwards. */
async function decide(store: StorePrimitives, guildId: string, keys: readonly SpelledKey[], by: string): Promise<string> {
  const insert = (marker: Marker): Promise<string> => store.metadata.insert(baselineKey(guildId), JSON.stringify(marker));
  if (await hasRecords(store, guildId)) return insert({ by: 'records', state: 'done', codes: [], parts: 0 });
  const parts = [...partsOf(keys.map(({ code }) => code))];
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return insert({ by, state: 'pending', codes: only, parts: 0 });
  await writeParts(store.metadata, { guildId, by }, parts);
  const stored = await insert({ by, state: 'pending', codes: [], parts: parts.length });
  if (parseMarker(stored, guildId).by !== by) await removeParts(store.metadata, { guildId, by }, parts.length);
  return stored;
}

async function complete(store: StorePrimitives, guildId: string, marker: Marker, now: number): Promise<void> {
  const name = { guildId, by: marker.by };
  const mark = async (codes: readonly string[]): Promise<void> => {
    const keys = codes.map((code) => ({ guildId, code, spelling: code }));
    await markKeys(store, keys, { source: 'baseline', sentAt: now });
  };
  await mark(marker.codes);
  for (let index = 0; index < marker.parts; index += 1) {
    const part = await readPart(store.metadata, name, index);
    if (part === undefined) return requireDone(store, guildId);
    await mark(parsePart(part, guildId));
  }
  const done = JSON.stringify({ ...marker, state: 'done', codes: [] } satisfies Marker);
  await store.metadata.set(new Map([[baselineKey(guildId), done]]));
  await removeParts(store.metadata, name, marker.parts);
}

/**
 * A part is gone: another process has completed the baseline, or the guild was cleared. Anything
 * else is damage.
 */
async function requireDone(store: StorePrimitives, guildId: string): Promise<void> {
  const stored = (await store.metadata.get([baselineKey(guildId)])).get(baselineKey(guildId));
  if (stored !== undefined && parseMarker(stored, guildId).state === 'pending') throw unreadable(guildId);
}

async function hasRecords(store: StorePrimitives, guildId: string): Promise<boolean> {
  for await (const _ of store.scanRecords({ guildId })) return true;
  return false;
}

function parseMarker(text: string, guildId: string): Marker {
  return parse(markerSchema(), text, guildId);
}

/**
 * For a removal, which must be possible where the marker makes no sense: such a one names no parts.
 */
function readMarker(text: string): Marker | undefined {
  try {
    return parseMarker(text, '');
  } catch {
    return undefined;
  }
}

function parsePart(text: string, guildId: string): string[] {
  return parse(z.array(z.string()), text, guildId);
}

function parse<T>(schema: z.ZodType<T>, text: string, guildId: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(guildId, cause);
  }
}

function unreadable(guildId: string, cause?: unknown): StoreDamagedError {
  return new StoreDamagedError(
    `The baseline mark of guild ${guildId} cannot be read. Remove it with clearGuild, or restore the store.`,
    {},
    cause === undefined ? {} : { cause },
  );
}
