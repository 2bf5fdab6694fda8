/** A bot as a process of its own: offers every code to every guild, round after round, until a round leaves nothing to do. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { announce } from '../../../src/delivery/announce.js';
import { classifyDiscordError } from '../../../src/platforms/discord/classify-discord-error.js';
import type { CodeReport } from '../../../src/delivery/report.js';
import { seeded } from '../../support/delivery/jitter.js';
import { Accident } from './accident.js';
import { botConfigSchema, LEASE_MS } from './config.js';
import { openStore } from './open-store.js';
import { makeSend } from './poster.js';

const config = botConfigSchema.parse(JSON.parse(process.argv[2] ?? ''));
const random = seeded(config.seed);
const accident = new Accident(config.incident);
const store = accident.around(openStore(config.store));
const send = makeSend(config, accident);
const guilds = Object.keys(config.channels);
let hasMet = false;

void main();

/** The codes in the order and the spelling of this round. */
function offered(): string[] {
  const spell = (code: string): string => {
    const cased = random() < 0.5 ? code.toLowerCase() : code;
    return random() < 0.5 ? ` ${cased}\t` : cased;
  };
  return [...config.codes].sort(() => random() - 0.5).map(spell);
}

/** Whether there is nothing left to do. */
async function round(): Promise<boolean> {
  if (config.policy === 'naive') return naiveRound();
  const report = await announce(store, {
    guilds,
    codes: offered(),
    send,
    source: 'api',
    leaseMs: LEASE_MS,
    concurrency: 2,
    maxPerMessage: 1 + Math.floor(random() * 4),
    onUncertain: config.policy,
    classifyError: classifyDiscordError,
    // The faults of the stage are over at once.
    pausePermanentMs: 0,
  });
  const left = report.guilds.flatMap((guild) => (guild.status === 'done' ? guild.report.codes : []));
  const restless = left.filter((code) => !isAtRest(code));
  if (restless.length > 0)
    console.log(
      restless.map(({ code, status, ...rest }) => `${code} ${status} ${String('reason' in rest && rest.reason)}`).join(),
    );
  return report.failedGuilds === 0 && restless.length === 0;
}

/**
 * Sent, or held for a person: with `hold` every uncertain code; with `retry` those of a message that is not whole, as an outage in the middle
 * of a claim leaves it.
 */
function isAtRest(code: CodeReport<string>): boolean {
  if (code.status === 'already-sent') return true;
  return code.status === 'uncertain' && code.reason === (config.policy === 'hold' ? 'held' : 'incomplete');
}

async function naiveRound(): Promise<boolean> {
  let sent = 0;
  for (const guildId of guilds) {
    const unsent = await store.filterUnsent(guildId, offered());
    if (!hasMet) await meetOthers();
    for (const code of unsent) {
      const context = {
        guildId,
        messageId: `${process.pid}-${random()}`,
        attempt: 1,
        target: undefined,
        signal: new AbortController().signal,
      };
      await send([code], context);
      await store.markSent(guildId, [code]);
      sent += 1;
    }
  }
  return sent === 0;
}

/** Waits until every bot has looked up what is unsent: that is the race, and a busy machine must not avoid it. */
async function meetOthers(): Promise<void> {
  console.log('looked up');
  await once(process.stdin, 'data');
  hasMet = true;
}

async function main(): Promise<void> {
  const giveUpAt = performance.now() + config.limitMs;
  let quiet = false;
  while (!quiet && performance.now() < giveUpAt) {
    quiet = await round().catch((error: unknown) => {
      console.log(`failed: ${String(error)}`);
      return false;
    });
    if (!quiet) await sleep(20 + random() * 60);
  }
  await store.close();
  process.exit(quiet ? 0 : 2);
}
