import { Client, EmbedBuilder, GatewayIntentBits } from 'discord.js';
import { announce } from 'sent-code-store';
import { discordDelivery } from 'sent-code-store/discord';
import { findGifts } from './gifts.js';

/** `retries: 0`: sending again is the store's business. */
export function makeClient({ discordApi }) {
  const rest = { retries: 0, ...(discordApi && { api: discordApi }) };
  return new Client({ intents: [GatewayIntentBits.Guilds], rest });
}

/** The footer has the id of the message: so it is found again, whatever happens. */
function render(gifts, { messageId }) {
  const fields = gifts.map(({ code, reward }) => ({ name: code, value: reward }));
  const embed = new EmbedBuilder().setTitle('New gift codes').setFields(fields).setFooter({ text: messageId });
  return { embeds: [embed], allowedMentions: { parse: [] } };
}

/**
 * One round: what is new goes to every one of the guilds. Works without the gateway.
 * `options` are more options of `announce`.
 */
export function makeRound({ client, store, settings, options }) {
  const discord = discordDelivery({
    client,
    channelOf: (guildId) => settings.channels.get(guildId),
    codeOf: ({ code }) => code,
    render,
  });
  return async (guilds) =>
    announce(store, {
      guilds,
      codes: await findGifts(settings.giftsUrl),
      source: 'api',
      firstRun: 'baseline',
      logger: console,
      ...discord,
      ...options,
    });
}
