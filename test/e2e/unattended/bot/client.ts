import { REST } from '@discordjs/rest';
import type { DiscordClient } from '../../../../src/platforms/discord/discord-client.js';
import type { Grave } from './grave.js';
import { type UnattendedConfig, WINDOWS } from './config.js';

/** All bot processes are one bot for Discord, so they share its nonces. */
const TOKEN = '900000000000000001.secret';

/** The parts of a discord.js client that a delivery uses, over the real REST client of discord.js, without its own retries. */
export function makeClient({ apiUrl }: UnattendedConfig, grave: Grave): DiscordClient {
  const rest = new REST({
    api: `${apiUrl}/api`,
    version: '10',
    retries: 0,
    timeout: WINDOWS.requestMs,
    hashSweepInterval: 0,
    handlerSweepInterval: 0,
  }).setToken(TOKEN);

  const channelOf = ({ id, type }: { readonly id: string; readonly type: number }): object => ({
    id,
    type,
    send: ({ enforceNonce, ...body }: { readonly enforceNonce: boolean }) =>
      grave.whileSending(id, () => rest.post(`/channels/${id}/messages`, { body: { ...body, enforce_nonce: enforceNonce } })),
    threads: { create: (body: object) => grave.whileSending(id, () => rest.post(`/channels/${id}/threads`, { body })) },
  });
  return {
    user: null,
    options: { rest: { retries: 0 } },
    rest: { get: (route, options) => rest.get(route, options) },
    channels: { fetch: async (id) => channelOf((await rest.get(`/channels/${id}`)) as { id: string; type: number }) },
  };
}
