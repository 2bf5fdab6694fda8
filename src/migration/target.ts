import type { SentCodeStore } from '../contract/store.js';
import type { GuildCodes } from '../contract/types.js';
import { type CodeKey, keyOf } from '../domain/codes.js';
import type { StoreMetadata, StorePrimitives } from '../core/driver.js';
import { primitivesOf } from '../core/primitives-of.js';

/** The source of every mark that a migration makes. */
const SOURCE = 'migration';

/** A mark to be made. */
export interface MovedCode extends CodeKey {
  /** ms since 1970. */
  readonly sentAt: number;
}

/** A store as the migration fills it. Codes are identities, without repeats in a call; answers are aligned with them. */
export interface MigrationTarget {
  /** Whether each code is sent. */
  areSent(codes: readonly MovedCode[]): Promise<readonly boolean[]>;
  /** Marks codes. Resolves to whether each was marked by this call. */
  mark(codes: readonly MovedCode[]): Promise<readonly boolean[]>;
  /** Absent if the store keeps none. */
  readonly metadata?: StoreMetadata;
}

/** A store as a target: by its primitives, which take a time for each code, if it has them. */
export function targetOf(store: SentCodeStore): MigrationTarget {
  const primitives = primitivesOf(store);
  return primitives === undefined ? plainTarget(store) : primitiveTarget(store, primitives);
}

function primitiveTarget(store: SentCodeStore, primitives: StorePrimitives): MigrationTarget {
  return {
    areSent: async (codes) => (await primitives.readKnown(codes)).map((record) => record?.state === 'sent'),
    mark: (codes) => primitives.markRecords(codes.map((code) => ({ ...code, source: SOURCE }))),
    ...(store.supports.metadata && { metadata: primitives.metadata }),
  };
}

function plainTarget(store: SentCodeStore): MigrationTarget {
  return {
    areSent: async (codes) => {
      const sent = new Set<string>();
      for (const { guildId, states } of await store.statesMany(byGuild(codes))) {
        for (const [code, state] of states) if (state === 'sent') sent.add(keyOf(guildId, code));
      }
      return codes.map(({ guildId, code }) => sent.has(keyOf(guildId, code)));
    },
    mark: async (codes) => {
      const marked = new Set<string>();
      // A call has one time.
      for (const [sentAt, group] of groups(codes, (code) => code.sentAt)) {
        const results = await store.markSentMany(byGuild(group), { source: SOURCE, sentAt: new Date(sentAt) });
        for (const result of results) for (const code of result.marked) marked.add(keyOf(result.guildId, code));
      }
      return codes.map(({ guildId, code }) => marked.has(keyOf(guildId, code)));
    },
  };
}

function byGuild(codes: readonly MovedCode[]): GuildCodes<string[]>[] {
  return [...groups(codes, ({ guildId }) => guildId)].map(([guildId, own]) => ({ guildId, codes: own.map(({ code }) => code) }));
}

function groups<K>(codes: readonly MovedCode[], keyOfGroup: (code: MovedCode) => K): Map<K, MovedCode[]> {
  const all = new Map<K, MovedCode[]>();
  for (const code of codes) {
    const group = all.get(keyOfGroup(code));
    if (group === undefined) all.set(keyOfGroup(code), [code]);
    else group.push(code);
  }
  return all;
}
