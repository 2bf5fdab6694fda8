import type { Collection } from 'mongodb';

/** Something that can remember in a MongoDB collection which codes a guild was sent. */
export interface MongoPeer {
  readonly name: string;
  readonly commands: () => number;
  mark(guildId: string, codes: readonly string[]): unknown;
  unknown(guildId: string, codes: readonly string[]): unknown;
  /** What a claim writes, without what makes it one. */
  upsert?(guildId: string, codes: readonly string[]): unknown;
  /** Calls with a command for each code: their rounds take so long that few must do. */
  readonly slow?: readonly ('mark' | 'unknown')[];
  close(): unknown;
}

export interface Document {
  readonly _id: string;
}

/** A collection that has been in use: an empty one answers too fast. */
export async function filled(collection: Collection<Document>, count: number): Promise<void> {
  for (let start = 0; start < count; start += 5000) {
    const documents = Array.from({ length: 5000 }, (_, index) => sentDocument(`filled${start}`, `CODE${index}`));
    await collection.insertMany(documents, { ordered: false });
  }
}

/** As long as one of the store. */
export function sentDocument(guildId: string, code: string): Document & Record<string, unknown> {
  const now = new Date();
  return {
    _id: `${guildId}:${code}`,
    ...{ guild_id: guildId, code, source: 'auto', sent_at: now, created_at: now, updated_at: now },
    mark_id: 'as long as one of the store',
  };
}
