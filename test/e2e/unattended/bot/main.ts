/** A bot that runs unattended: the preset for Discord, round after round, until a round leaves nothing to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { announce } from '../../../../src/delivery/announce.js';
import type { FindDelivery } from '../../../../src/delivery/find-delivery.js';
import type { CodeReport } from '../../../../src/delivery/report.js';
import { discordDelivery } from '../../../../src/platforms/discord/discord-delivery.js';
import { seeded } from '../../../support/delivery/jitter.js';
import { openStore } from '../../bot/open-store.js';
import { makeClient } from './client.js';
import { unattendedConfigSchema, WINDOWS } from './config.js';
import { Grave } from './grave.js';

const config = unattendedConfigSchema.parse(JSON.parse(process.argv[2] ?? ''));
const random = seeded(config.seed);
const grave = new Grave(config);
const store = grave.around(openStore(config.store));
const client = makeClient(config, grave);

const { findDelivery, ...preset } = discordDelivery({
  client,
  channelOf: (guildId) => config.channels[guildId],
  render: (codes: string[], { messageId }) => ({
    embeds: [{ fields: codes.map((name) => ({ name, value: 'new' })), ...(config.marked && { footer: { text: messageId } }) }],
  }),
  ...(config.forum ? { threadName: (codes: string[]) => `${codes.length} new codes` } : { retryWithinMs: WINDOWS.retryWithinMs }),
});

/** Wrong: who may not read gets an empty list, and no error. */
const trusting: FindDelivery<string> = async ({ target = '', codes }) => {
  const messages = (await client.rest.get(`/channels/${target}/messages`)) as readonly { readonly embeds: object[] }[];
  const text = JSON.stringify(messages.map(({ embeds }) => embeds));
  return codes.every((code) => text.includes(code)) ? 'sent' : 'not-sent';
};

const find: FindDelivery<string> = async (message) => {
  await grave.at('while it asks');
  return config.find === 'trusting' ? trusting(message) : findDelivery(message);
};

/** How the last round ended. */
type Rest = 'quiet' | 'waiting' | 'busy';

/** What the site has now. While it gets new codes, it also leaves out some by chance. */
function codesOfNow(): string[] {
  const { site, codes } = config;
  const listed =
    site === null ? codes : codes.slice(0, 1 + (Date.now() - site.since) / site.everyMs).filter(() => random() < 0.8);
  return listed.sort(() => random() - 0.5);
}

async function round(): Promise<Rest> {
  const codes = codesOfNow();
  const report = await announce(store, {
    guilds: Object.keys(config.channels),
    codes,
    source: 'api',
    leaseMs: WINDOWS.leaseMs,
    settleMs: WINDOWS.settleMs,
    concurrency: 2,
    ...preset,
    maxPerMessage: 1 + Math.floor(random() * 4),
    // The faults of the stage are over at once.
    pausePermanentMs: 0,
    ...(config.find !== 'none' && { findDelivery: find }),
    onEvent: (event) => event.type === 'asked' && console.log(`asked: ${event.outcome}`),
  });
  const failed = report.guilds.filter(({ status }) => status !== 'done');
  const left = report.guilds.flatMap((guild) => (guild.status === 'done' ? guild.report.codes : []));
  const restless = left.filter((code) => !isAtRest(code));
  for (const code of restless) {
    const { reason, detail } = code as { readonly reason?: string; readonly detail?: string };
    console.log(`${code.item} ${code.status} ${reason ?? ''} ${detail ?? ''}`);
  }
  if (config.site !== null || failed.length > 0) return 'busy';
  if (restless.length === 0) return 'quiet';
  return restless.every(isAskedLater) ? 'waiting' : 'busy';
}

function isAtRest(code: CodeReport<string>): boolean {
  if (code.status === 'already-sent') return true;
  return config.restsWhenHeld && code.status === 'uncertain' && HELD_FOR_GOOD.has(code.reason);
}

/** Without `findDelivery` nobody is asked. */
const HELD_FOR_GOOD: ReadonlySet<string> = new Set(
  config.find === 'none' ? ['held', 'too-old', 'incomplete', 'other-target'] : ['no-evidence'],
);

/** A minute at least: a restart asks at once. */
function isAskedLater(code: CodeReport<string>): boolean {
  return code.status === 'already-sent' || (code.status === 'uncertain' && code.reason === 'no-evidence');
}

async function live(): Promise<void> {
  const giveUpAt = performance.now() + config.limitMs;
  let rest: Rest = 'busy';
  while (rest === 'busy' && performance.now() < giveUpAt) {
    rest = await round().catch((error: unknown) => {
      console.log(`failed: ${String(error)}`);
      return 'busy';
    });
    if (rest === 'busy') await sleep(20 + random() * 80);
  }
  await store.close();
  process.exit({ quiet: 0, busy: 2, waiting: 3 }[rest]);
}

void live();
