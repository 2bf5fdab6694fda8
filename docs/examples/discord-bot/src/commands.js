import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Events,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  SlashCommandBuilder,
} from 'discord.js';
import { resetGuild } from 'sent-code-store';
import { findGifts } from './gifts.js';

const commands = [
  new SlashCommandBuilder().setName('giftcode_stats').setDescription('How many gift codes this server was sent'),
  new SlashCommandBuilder()
    .setName('giftcode_reset')
    .setDescription('Forget which gift codes this server was sent')
    .addBooleanOption((option) => option.setName('repost').setDescription('Post every code that is valid today again')),
  new SlashCommandBuilder().setName('giftcode_uncertain').setDescription('Decide gift codes that may have arrived'),
].map((command) =>
  command.setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild).setContexts(InteractionContextType.Guild).toJSON(),
);

/** Registers the commands, and answers them. `inTurn` runs a job when no round is under way. */
export async function answerCommands({ client, store, settings, inTurn }) {
  const run = {
    giftcode_stats: (interaction) => showStats(interaction, store),
    giftcode_reset: (interaction) => reset(interaction, store, settings, inTurn),
    giftcode_uncertain: (interaction) => decide(interaction, store),
  };
  client.on(Events.InteractionCreate, (interaction) => {
    if (!interaction.isChatInputCommand() || !interaction.inCachedGuild()) return;
    const { commandName } = interaction;
    run[commandName]?.(interaction).catch((error) => console.error(`/${commandName}:`, error));
  });
  await client.application.commands.set(commands);
}

async function showStats(interaction, store) {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const { total, bySource, lastSentAt, uncertain } = await store.stats(interaction.guildId);
  const sources = Object.entries(bySource).map(([source, count]) => `${source}: ${count}`);
  const lines = [
    `${total} codes${sources.length > 0 ? ` (${sources.join(', ')})` : ''}`,
    lastSentAt === null ? 'never one yet' : `last one <t:${Math.floor(lastSentAt.getTime() / 1000)}:R>`,
    ...(uncertain > 0 ? [`${uncertain} that may or may not have arrived: /giftcode_uncertain`] : []),
  ];
  await interaction.editReply(lines.join('\n'));
}

/** Asks first. What is valid today stays recorded, unless it is to be posted again. */
async function reset(interaction, store, settings, inTurn) {
  const repost = interaction.options.getBoolean('repost') ?? false;
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const question = await interaction.editReply({
    content: repost ? 'Forget all codes and post those of today again?' : 'Forget all codes? Those of today will not be posted.',
    components: [row(button('reset', 'Forget them', ButtonStyle.Danger))],
  });
  if ((await pressed(question, interaction)) === undefined) return;
  const codesOfToday = async () => (await findGifts(settings.giftsUrl)).map(({ code }) => code);
  const forgotten = await inTurn(() => resetGuild(store, interaction.guildId, { keep: repost ? [] : codesOfToday }));
  await interaction.editReply({ content: `${forgotten} codes forgotten.`, components: [] });
}

/** Lists messages that may have arrived, for the case that Discord cannot be asked. A member looks, and decides. */
async function decide(interaction, store) {
  const { guildId } = interaction;
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const messages = new Map();
  for await (const code of store.listUncertain(guildId)) {
    messages.set(code.messageId, [...(messages.get(code.messageId) ?? []), code]);
  }
  const shown = [...messages.values()].slice(0, 5); // Discord takes five rows of buttons
  if (shown.length === 0) {
    await interaction.editReply('Nothing is uncertain.');
    return;
  }
  const question = await interaction.editReply({ content: shown.map(describe).join('\n'), components: shown.map(buttonsFor) });
  const press = await pressed(question, interaction);
  if (press === undefined) return;
  const [as, messageId, attempt] = press.customId.split(' ');
  const codes = messages.get(messageId).map(({ code }) => code);
  // The tries that the member saw: a later try of another process is not decided.
  const decided = await store.resolveUncertain(guildId, codes, as, { messageId, attempt: Number(attempt) });
  await interaction.editReply({ content: `${decided} codes decided.`, components: [] });
}

function describe(codes) {
  const [{ ageMs, target }] = codes;
  const age = ageMs === null ? 'some time' : `${Math.round(ageMs / 60_000)} minutes`;
  return `${codes.map(({ spelling }) => spelling).join(', ')}: tried ${age} ago in <#${target ?? '?'}>`;
}

function buttonsFor([{ messageId, attempt }]) {
  const id = `${messageId} ${attempt}`;
  return row(
    button(`sent ${id}`, 'It is there', ButtonStyle.Success),
    button(`not-sent ${id}`, 'Send it again', ButtonStyle.Danger),
  );
}

const row = (...buttons) => new ActionRowBuilder().setComponents(buttons);
const button = (id, label, style) => new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(style);

/** The button that the member presses in time. */
async function pressed(question, interaction) {
  const press = await question.awaitMessageComponent({ time: 300_000 }).catch(() => undefined);
  if (press === undefined) await interaction.editReply({ content: 'Nothing was changed.', components: [] });
  else await press.deferUpdate();
  return press;
}
