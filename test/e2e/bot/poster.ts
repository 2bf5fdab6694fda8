import { REST } from '@discordjs/rest';
import { discordNonce } from '../../../src/platforms/discord/discord-nonce.js';
import type { SendContext } from '../../../src/delivery/options.js';
import { DiscordApiControl } from '../../tools/discord-api/control-client.js';
import type { Accident } from './accident.js';
import type { BotConfig } from './config.js';

/** All bot processes are one bot for Discord, so they share its nonces. */
const TOKEN = '900000000000000001.secret';

/** The `send` of a bot: the real REST client of discord.js, without its own retries. */
export function makeSend(config: BotConfig, accident: Accident): (codes: string[], context: SendContext) => Promise<void> {
  const control = new DiscordApiControl({ url: config.apiUrl });
  const rest = new REST({
    api: `${config.apiUrl}/api`,
    version: '10',
    retries: 0,
    timeout: 1500,
    hashSweepInterval: 0,
    handlerSweepInterval: 0,
  }).setToken(TOKEN);

  return async (codes, { guildId, messageId }) => {
    if (accident.isNow('stop past the lease before the send')) await accident.stop();
    const channelId = config.channels[guildId];
    const nonce = discordNonce(messageId);
    const body = { embeds: [{ fields: codes.map((name) => ({ name, value: 'new' })) }], nonce, enforce_nonce: config.nonce };
    const posting = rest.post(`/channels/${channelId}/messages`, { body });
    if (accident.isNow('kill before the answer', 'kill before the answer, message deleted')) {
      posting.catch(() => undefined);
      const entry = await control.waitFor((each) => each.kind !== 'deleted' && each.nonce === nonce);
      if (accident.what === 'kill before the answer, message deleted' && entry.kind === 'created') {
        await control.deleteMessage(entry.channelId, entry.messageId);
      }
      await accident.die();
    }
    await posting;
  };
}
