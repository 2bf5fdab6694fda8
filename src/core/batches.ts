import type { GuildCodes, GuildMarkResult, GuildStates } from '../contract/types.js';
import type { GuildKeys, SpelledKey } from '../domain/codes.js';
import { type CodeRecord, stateOf } from '../domain/record.js';
import type { Mark, StorePrimitives } from './driver.js';
import { PartialMarkError } from './partial-mark-error.js';

/** Records by position: `records[i][j]` belongs to `batch[i].keys[j]`. */
export type BatchRecords = readonly (readonly (CodeRecord | undefined)[])[];

/** Reads the records of a batch, the keys of all its guilds side by side. */
export async function readBatch(store: StorePrimitives, batch: readonly GuildKeys[]): Promise<BatchRecords> {
  return unflatten(batch, await store.readRecords(flatten(batch)));
}

/** What a mark writes beside its key. */
export interface MarkValues {
  readonly source: string;
  /** ms since 1970. */
  readonly sentAt: number;
  readonly receipt?: string | undefined;
}

/** The spellings whose records pass a test, one entry for each entry of the batch. */
export function selectCodes(
  batch: readonly GuildKeys[],
  records: BatchRecords,
  test: (record: CodeRecord | undefined) => boolean,
): GuildCodes<string[]>[] {
  return batch.map(({ guildId, keys }, i) => ({
    guildId,
    codes: keys.filter((_, j) => test(records[i]?.[j])).map((key) => key.spelling),
  }));
}

/** The states of a batch, one entry for each entry of the batch. */
export function statesOf(batch: readonly GuildKeys[], records: BatchRecords): GuildStates[] {
  return batch.map(({ guildId, keys }, i) => ({
    guildId,
    states: new Map(keys.map((key, j) => [key.spelling, stateOf(records[i]?.[j])])),
  }));
}

/**
 * Marks the codes that are not sent yet, chunk by chunk, so that an error can say which chunks were
 * acknowledged.
 */
export async function markBatch(
  store: StorePrimitives,
  batch: readonly GuildKeys[],
  values: MarkValues,
  options: { readonly chunkSize: number; readonly storeName: string },
): Promise<GuildMarkResult[]> {
  const all = flatten(batch);
  if (all.length > 0 && all.length <= options.chunkSize) return markResults(batch, await markKeys(store, all, values));
  const outcome: (boolean | undefined)[] = new Array<boolean | undefined>(all.length).fill(undefined);
  for (let start = 0; start < all.length; start += options.chunkSize) {
    try {
      const marked = await markKeys(store, all.slice(start, start + options.chunkSize), values);
      for (const [index, mine] of marked.entries()) outcome[start + index] = mine;
    } catch (error) {
      if (start === 0) throw error;
      throw new PartialMarkError(options.storeName, markResults(batch, outcome), error);
    }
  }
  return markResults(batch, outcome);
}

/**
 * Marks the keys that are not sent yet. Resolves to whether this call made each mark. The records
 * are read first, unless the store finds by itself that a code was sent before and needs no write.
 */
export async function markKeys(
  store: StorePrimitives,
  keys: readonly SpelledKey[],
  values: MarkValues,
): Promise<readonly boolean[]> {
  const marks = marksOf(keys, values);
  if (store.mayMarkUnread(keys)) return store.markRecords(marks);
  return markUnsent(store, marks, await store.readKnown(keys));
}

/** The marks of keys. */
export function marksOf(keys: readonly SpelledKey[], values: MarkValues): Mark[] {
  const { source, sentAt, receipt } = values;
  return keys.map(({ guildId, code }) =>
    receipt === undefined ? { guildId, code, source, sentAt } : { guildId, code, source, sentAt, receipt },
  );
}

/** Makes the marks of codes that were not sent. Resolves to whether this call made each mark. */
export async function markUnsent(
  store: Pick<StorePrimitives, 'markRecords'>,
  marks: readonly Mark[],
  before: readonly (CodeRecord | undefined)[],
): Promise<readonly boolean[]> {
  const open = marks.flatMap((mark, index) => {
    const record = before[index];
    if (record?.state === 'sent') return [];
    return [{ index, mark: record === undefined ? { ...mark, isNew: true } : mark }];
  });
  const marked = marks.map(() => false);
  if (open.length === 0) return marked;
  const made = await store.markRecords(open.map(({ mark }) => mark));
  for (const [position, { index }] of open.entries()) marked[index] = made[position] === true;
  return marked;
}

function markResults(batch: readonly GuildKeys[], outcome: readonly (boolean | undefined)[]): GuildMarkResult[] {
  const byEntry = unflatten(batch, outcome);
  return batch.map(({ guildId, keys }, i) => {
    const own = byEntry[i] ?? [];
    return {
      guildId,
      marked: keys.filter((_, j) => own[j] === true).map((key) => key.spelling),
      alreadySent: keys.filter((_, j) => own[j] === false).map((key) => key.spelling),
    };
  });
}

function flatten(batch: readonly GuildKeys[]): readonly SpelledKey[] {
  return batch.length === 1 ? (batch[0]?.keys ?? []) : batch.flatMap((entry) => entry.keys);
}

function unflatten<T>(batch: readonly GuildKeys[], items: readonly T[]): (readonly T[])[] {
  if (batch.length === 1) return [items];
  let start = 0;
  return batch.map(({ keys }) => {
    const own = items.slice(start, start + keys.length);
    start += keys.length;
    return own;
  });
}
