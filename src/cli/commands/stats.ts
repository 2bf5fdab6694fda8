import type { GuildStats } from '../../contract/types.js';
import { checkGuildId } from '../../domain/guild-id.js';
import { type Command, type Context, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { throwIfStopped } from '../interruption.js';
import { withStore } from '../open-store.js';
import { pairs, table } from '../text/table.js';
import { count, showDay, showTime } from '../text/times.js';

/** `stats`: figures of one guild, or of all. */
export const stats: Command = {
  name: 'stats',
  args: '[guild]',
  summary: 'figures of one guild, or of all',
  details: ['Works beside a running bot. Reads every record of the guilds that it speaks of.'],
  examples: ['stats --store ./sent-codes.json', 'stats 1147956569271697518 --json'],
  run: (context, guild) =>
    withStore(context, 'read', async ({ store }) => {
      if (typeof guild === 'string') {
        await showOne(context, checkGuildId(guild), await store.stats(guild));
        return EXIT.ok;
      }
      const all: [guildId: string, figures: GuildStats][] = [];
      for await (const guildId of store.listGuilds()) {
        throwIfStopped(context.signal, 'Nothing was changed.');
        const figures = await store.stats(guildId);
        if (context.flags.has('json')) await printJson(context, { guildId, ...figures });
        else all.push([guildId, figures]);
      }
      if (!context.flags.has('json')) await showAll(context, all);
      return EXIT.ok;
    }),
};

async function showOne(context: Context, guildId: string, figures: GuildStats): Promise<void> {
  if (context.flags.has('json')) return printJson(context, { guildId, ...figures });
  const { total, uncertain, firstSentAt, lastSentAt, lastCode } = figures;
  await print(
    context,
    pairs([
      ['guild', guildId],
      ['sent', String(total)],
      ['by source', sources(figures) || '-'],
      ['first', showTime(firstSentAt)],
      ['last', `${showTime(lastSentAt)}${lastCode === null ? '' : `  ${lastCode}`}`],
      ['uncertain', String(uncertain)],
    ]),
  );
}

async function showAll(context: Context, all: readonly (readonly [string, GuildStats])[]): Promise<void> {
  const rows = all.map(([guildId, figures]) => [
    guildId,
    String(figures.total),
    String(figures.uncertain),
    showDay(figures.firstSentAt),
    showDay(figures.lastSentAt),
    sources(figures),
  ]);
  const sum = (of: (figures: GuildStats) => number): string => String(all.reduce((total, [, figures]) => total + of(figures), 0));
  rows.push([count(all.length, 'guild'), sum(({ total }) => total), sum(({ uncertain }) => uncertain), '', '', '']);
  const columns = [
    { title: 'guild' },
    { title: 'sent', right: true },
    { title: 'uncertain', right: true },
    { title: 'first' },
    { title: 'last' },
    { title: 'by source' },
  ];
  await print(context, table(context.terminal, columns, rows));
}

function sources({ bySource }: GuildStats): string {
  return Object.entries(bySource)
    .sort(([, a], [, b]) => b - a)
    .map(([source, number]) => `${source} ${number}`)
    .join(', ');
}
