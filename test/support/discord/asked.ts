import { Client } from 'discord.js';
import { giftCodeIdentity } from 'sent-code-store';
import type { UncertainMessage } from '../../../src/delivery/find-delivery.js';
import { BOT_ID } from '../../tools/discord-api/real-errors.js';

export const MESSAGE_ID = 'AbCdEfGhIjKlMnOpQrStUv';
export const SETTLE_MS = 30_000;

/** discord.js itself, without a gateway: its REST client talks to the fake. */
export function clientFor(url: string, retries = 0): Client {
  const client = new Client({ intents: [], rest: { api: `${url}/api`, retries } });
  client.rest.setToken(BOT_ID);
  return client;
}

/** A message that was tried just now, once, in this channel. */
export function asked(
  channelId: string,
  codes: readonly string[],
  changes: Partial<UncertainMessage<string>> = {},
): UncertainMessage<string> {
  return {
    guildId: 'guild-1',
    messageId: MESSAGE_ID,
    target: channelId,
    codes,
    size: codes.length,
    items: codes,
    firstTriedAt: new Date(Date.now() - 60_000),
    lastTriedAt: new Date(Date.now() - 10_000),
    attempt: 1,
    settleMs: SETTLE_MS,
    identity: giftCodeIdentity,
    isRecorded: async () => false,
    signal: new AbortController().signal,
    ...changes,
  };
}
