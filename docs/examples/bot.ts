/**
 * A small bot: offers every code to every guild, and prints what its "channels" show.
 *
 *     tsx docs/examples/bot.ts --codes NEWCODE,… --die-after 3
 *
 * `--die-after n` kills the process with SIGKILL after message n was posted and before that is recorded: the worst moment there is.
 */
import { parseArgs } from 'node:util';
import { announce } from 'sent-code-store';
import { openStore } from './open-store.js';
import { realGuildsAndCodes } from './real-state.js';

const { values } = parseArgs({
  options: { codes: { type: 'string', default: '' }, 'die-after': { type: 'string', default: '0' } },
});
const dieAfter = Number(values['die-after']);
const { guilds, codes } = realGuildsAndCodes();
const offered = [...codes, ...values.codes.split(',').filter((code) => code !== '')];

const store = openStore();
let posted = 0;

const report = await announce(store, {
  guilds,
  codes: offered,
  source: 'api',
  concurrency: 1,
  send: async (fresh, { guildId }) => {
    process.stdout.write(`  #${guildId}  ${fresh.join(' ')}\n`);
    posted += 1;
    if (posted === dieAfter) process.kill(process.pid, 'SIGKILL');
  },
});

for (const guild of report.guilds) {
  if (guild.status === 'failed') {
    process.stdout.write(`  ${guild.guildId}: failed: ${String(guild.error)}\n`);
    process.exitCode = 1;
    continue;
  }
  const { counts } = guild.report;
  const parts = [
    counts.sent > 0 ? `${counts.sent} sent` : 'nothing to send',
    `${counts['already-sent']} sent before`,
    ...(counts.uncertain > 0 ? [`${counts.uncertain} uncertain, held`] : []),
  ];
  process.stdout.write(`  ${guild.guildId}: ${parts.join(', ')}\n`);
}
await store.close();
