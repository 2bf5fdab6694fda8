import { describe, expectTypeOf, it } from 'vitest';
import { announce } from '../../../src/delivery/announce.js';
import { classifyDiscordError } from '../../../src/platforms/discord/classify-discord-error.js';
import type { SendContext } from '../../../src/delivery/options.js';
import type { AnnounceReport, SendReport } from '../../../src/delivery/report.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';

interface Gift {
  readonly code: string;
  readonly reward: number;
}
const store = new MemoryStore();
const gifts: readonly Gift[] = [];
const none = { guildId: 'g', codes: [] as string[] };

describe('the types guide', () => {
  it('strings go to send as strings, from an array, a readonly array and a Set', async () => {
    const report = await sendOnce(store, {
      ...none,
      send: async (codes, context) => {
        expectTypeOf(codes).toEqualTypeOf<string[]>();
        expectTypeOf(context).toEqualTypeOf<SendContext>();
      },
    });
    expectTypeOf(report).toEqualTypeOf<SendReport>();
    await sendOnce(store, { guildId: 1n, codes: new Set<string>(), send: async (codes) => codes.join() });
    await sendOnce(store, { guildId: 'g', codes: [] as const, send: async () => undefined });
  });

  it('objects go to send as they are, and need codeOf', async () => {
    const report = await sendOnce(store, {
      guildId: 'g',
      codes: gifts,
      codeOf: (gift) => gift.code,
      send: async (items) => {
        expectTypeOf(items).toEqualTypeOf<Gift[]>();
      },
      firstRun: (items) => items.filter((gift) => gift.reward > 1),
    });
    expectTypeOf(report).toEqualTypeOf<SendReport<Gift>>();
    // @ts-expect-error -- nobody could say which code a gift has
    await sendOnce(store, { guildId: 'g', codes: gifts, send: async () => undefined });
  });

  it('announce does the same', async () => {
    const report = await announce(store, {
      guilds: [1n, 'g'],
      codes: gifts,
      codeOf: (gift) => gift.code,
      send: async () => undefined,
    });
    expectTypeOf(report).toEqualTypeOf<AnnounceReport<Gift>>();
    expectTypeOf(
      await announce(store, { guilds: new Set<string>(), codes: [], send: async () => undefined }),
    ).toEqualTypeOf<AnnounceReport>();
  });

  it('the report is narrowed by its status', async () => {
    const { codes } = await sendOnce(store, { ...none, send: async () => undefined });
    for (const entry of codes) {
      if (entry.status === 'sent') expectTypeOf(entry.messageId).toEqualTypeOf<string>();
      if (entry.status === 'failed') expectTypeOf(entry.permanent).toEqualTypeOf<boolean>();
      // @ts-expect-error -- only what was sent or tried has a message
      if (entry.status === 'already-sent') String(entry.messageId);
    }
  });

  it('classifyDiscordError is a classifyError', async () => {
    await sendOnce(store, { ...none, send: async () => undefined, classifyError: classifyDiscordError });
  });

  it('what is wrong is a type error', async () => {
    const send = async (): Promise<void> => undefined;
    await sendOnce(store, { ...none, send });
    // @ts-expect-error -- a send that returns nothing cannot be waited for
    await sendOnce(store, { ...none, send: () => undefined }).catch(() => undefined);
    // @ts-expect-error -- a number has lost digits
    await sendOnce(store, { guildId: 5, codes: [], send }).catch(() => undefined);
    // @ts-expect-error -- a lone string would be its letters
    await sendOnce(store, { guildId: 'g', codes: 'ABC', send }).catch(() => undefined);
    // @ts-expect-error -- there is no such policy
    await sendOnce(store, { ...none, send, onUncertain: 'drop' }).catch(() => undefined);
  });
});
