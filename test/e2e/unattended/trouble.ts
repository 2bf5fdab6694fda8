import { setTimeout as sleep } from 'node:timers/promises';
import type { DiscordApiControl } from '../../tools/discord-api/control-client.js';

/** What an unattended scenario is run against. */
export interface UnattendedStage {
  readonly apiUrl: string;
  readonly control: DiscordApiControl;
  readonly mongoUri: string;
}

/** All channels of a guild, the present one last. */
type Guilds = Record<string, string[]>;

/** Something that is wrong with Discord for a while, beside outages and failures. */
export interface Trouble {
  /** Whether nothing can be known of some messages while it lasts. */
  readonly held: boolean;
  begin(stage: UnattendedStage, guilds: Guilds): Promise<void>;
  /** After the accidents, before all comes to rest. */
  inTheMiddle?(stage: UnattendedStage, guilds: Guilds): Promise<void>;
  end(stage: UnattendedStage, guilds: Guilds): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/** The bot may post and may not read, in one guild of three. */
export const noHistory = (): Trouble => {
  const allow = async ({ control }: UnattendedStage, guilds: Guilds, readMessageHistory: boolean): Promise<void> =>
    control.setChannel(Object.values(guilds)[0]!.at(-1)!, { readMessageHistory });
  return {
    held: true,
    begin: (stage, guilds) => allow(stage, guilds, false),
    end: (stage, guilds) => allow(stage, guilds, true),
  };
};

/** Somebody asks the bot for the codes with a command, again and again. The answers show all codes and are no announcements. */
export const commandAnswers = (codes: readonly string[]): Trouble => {
  const over = new AbortController();
  return {
    held: false,
    async begin({ control }, guilds) {
      const answer = async (): Promise<void> => {
        for (const id of Object.values(guilds).flat()) {
          await control.post(id, '900000000000000001', { content: codes.join('\n'), interaction_metadata: { id: '1', type: 2 } });
        }
      };
      await answer();
      void (async () => {
        while (!over.signal.aborted) {
          await sleep(300, undefined, { signal: over.signal }).catch(nothing);
          await answer();
        }
      })();
    },
    end: async () => over.abort(),
  };
};

/** Every guild chooses another channel while some of its messages are uncertain in the first one. */
export const movedChannels = (channelId: () => string): Trouble => ({
  held: false,
  begin: nothing,
  async inTheMiddle(_, guilds) {
    for (const channels of Object.values(guilds)) channels.push(channelId());
  },
  end: nothing,
});

/** A moderator suppresses the embeds of every message as soon as it is there. */
export const suppressedEmbeds = (): Trouble => {
  const over = new AbortController();
  const suppressed = new Map<string, string>();
  let done: Promise<void> = Promise.resolve();
  return {
    held: true,
    async begin({ control }, guilds) {
      const own = new Set(Object.values(guilds).flat());
      done = (async () => {
        while (!over.signal.aborted) {
          for (const entry of await control.ledger()) {
            if (entry.kind !== 'created' || !own.has(entry.channelId) || suppressed.has(entry.messageId)) continue;
            suppressed.set(entry.messageId, entry.channelId);
            await control.editMessage(entry.channelId, entry.messageId, { flags: 4 });
          }
          await sleep(30, undefined, { signal: over.signal }).catch(nothing);
        }
      })();
    },
    async end({ control }) {
      over.abort();
      await done;
      for (const [messageId, id] of suppressed) await control.editMessage(id, messageId, { flags: 0 });
    },
  };
};

/**
 * In one guild of three, Discord posts and answers 500, for longer than it remembers nonces, and its history may be readable or not.
 * Takes the stage's faults.
 */
export const unheardAnswers = ({ history }: { readonly history: boolean }): Trouble => {
  const channelOf = (guilds: Guilds): string => Object.values(guilds)[0]!.at(-1)!;
  return {
    held: true,
    async begin({ control }, guilds) {
      const channelId = channelOf(guilds);
      await control.setChannel(channelId, { readMessageHistory: history });
      await control.setFaults({ rules: [{ channelId, fault: 'server-error-after-commit', times: 1_000_000 }] });
    },
    inTheMiddle: ({ control }) => control.setFaults({}),
    end: ({ control }, guilds) => control.setChannel(channelOf(guilds), { readMessageHistory: true }),
  };
};
