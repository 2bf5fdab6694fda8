import type { SentCodeStore } from '../contract/store.js';
import type { GuildCodes, MarkOptions } from '../contract/types.js';
import { type CodeKey, keyOf } from '../domain/codes.js';
import { groupBy } from '../domain/group-by.js';
import type { SentRecord } from '../domain/record.js';
import { derivedPrimitives } from './derived-primitives.js';
import type { Mark, StoreDriver, StorePrimitives } from './driver.js';
import { primitivesOf } from './primitives-of.js';

/** The record of a code that a public method calls sent. Time and source are not asked for. */
const SENT: SentRecord = { state: 'sent', source: null, sentAt: null };

/**
 * Any store as a driver, through its public methods: reads what is sent, marks, forgets, and
 * resolves messages that did not arrive. Claimed and uncertain codes are read as absent, so
 * "absent" is no evidence here. The caller must have checked and normalised the codes.
 */
export function storeAsDriver(store: SentCodeStore): StoreDriver {
  return {
    supports: store.supports,
    readRecords: async (keys) => {
      const sent = new Set<string>();
      for (const { guildId, states } of await store.statesMany(byGuild(keys))) {
        for (const [code, state] of states) if (state === 'sent') sent.add(keyOf(guildId, code));
      }
      return keys.map(({ guildId, code }) => (sent.has(keyOf(guildId, code)) ? SENT : undefined));
    },
    markRecords: async (marks) => {
      const marked = new Set<string>();
      // One public call has one source, one time and one receipt.
      for (const group of groupBy(marks, ({ source, sentAt, receipt }) => JSON.stringify([source, sentAt, receipt])).values()) {
        for (const result of await store.markSentMany(byGuild(group), optionsOf(group[0]))) {
          for (const code of result.marked) marked.add(keyOf(result.guildId, code));
        }
      }
      return marks.map(({ guildId, code }) => marked.has(keyOf(guildId, code)));
    },
    settleRecords: async (changes) => {
      const decided = changes.filter(({ event }) => event.type === 'resolve');
      for (const { guildId, codes } of byGuild(decided)) await store.resolveUncertain(guildId, codes, 'not-sent');
      return changes.map(() => undefined);
    },
    scanRecords: async function* ({ guildId, held }) {
      if (held === true) return;
      for await (const guild of guildId === undefined ? store.listGuilds() : [guildId]) {
        for await (const { code, source, sentAt, receipt } of store.listSent(guild)) {
          const record = { state: 'sent', source, sentAt: sentAt?.getTime() ?? null, ...(receipt && { receipt }) } as const;
          yield { guildId: guild, code, record };
        }
      }
    },
    removeRecords: async (keys) => {
      let removed = 0;
      for (const { guildId, codes } of byGuild(keys)) removed += await store.forget(guildId, codes);
      return removed;
    },
    removeGuild: (guildId) => store.clearGuild(guildId),
    pingStore: () => store.ping(),
  };
}

/** The primitives of a store: its own, or those that its public methods can stand for. */
export function anyPrimitivesOf(store: SentCodeStore): StorePrimitives {
  return primitivesOf(store) ?? derivedPrimitives(storeAsDriver(store), store.name);
}

function optionsOf(mark: Mark | undefined): MarkOptions {
  const { source = null, sentAt = null, receipt } = mark ?? {};
  return {
    ...(source !== null && { source }),
    ...(sentAt !== null && { sentAt: new Date(sentAt) }),
    ...(receipt !== undefined && { receipt }),
  };
}

function byGuild(keys: readonly CodeKey[]): GuildCodes<string[]>[] {
  return [...groupBy(keys, ({ guildId }) => guildId)].map(([guildId, own]) => ({ guildId, codes: own.map(({ code }) => code) }));
}
