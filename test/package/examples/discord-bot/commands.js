// Gives the documented bot its three commands, without Discord. Put beside its package.json. Prints what the member reads.
import { EventEmitter } from 'node:events';
import { answerCommands } from './src/commands.js';
import { readSettings } from './src/settings.js';
import { openStore } from './src/store.js';

const settings = readSettings(process.env);
const store = openStore(settings);
const guildId = [...settings.channels.keys()][0];
const client = Object.assign(new EventEmitter(), { application: { commands: { set: async () => undefined } } });
await answerCommands({ client, store, settings, inTurn: (job) => job() });

/** Resolves to the last answer. Where there are buttons, the member presses the one with this label. */
function give(commandName, label, repost = false) {
  return new Promise((resolve) => {
    const pressed = async (components) => {
      const button = components.flatMap((row) => row.toJSON().components).find((each) => each.label === label);
      if (button === undefined) throw new Error('no such button');
      return { customId: button.custom_id, deferUpdate: async () => undefined };
    };
    const editReply = async (answer) => {
      const { content = answer, components = [] } = answer;
      if (components.length === 0) resolve(content);
      return { awaitMessageComponent: () => pressed(components) };
    };
    const isIt = { isChatInputCommand: () => true, inCachedGuild: () => true };
    const options = { getBoolean: () => repost };
    client.emit('interactionCreate', { ...isIt, commandName, guildId, options, deferReply: async () => undefined, editReply });
  });
}

const answers = [await give('giftcode_stats'), await give('giftcode_uncertain')];
const { claim } = await store.claim(guildId, ['TORN']);
await store.release(claim, 'uncertain');
answers.push(await give('giftcode_uncertain', 'Send it again'));
answers.push(await give('giftcode_reset', 'Forget them'), await give('giftcode_reset', 'Forget them', true));
console.log(JSON.stringify(answers));
await store.close();
