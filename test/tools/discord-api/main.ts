/**
 * The fake Discord API as a process of its own. Its argument is `DiscordApiOptions` as JSON. Prints `{"url":…,"ledgerPath":…,"pid":…}` on one line when it listens. Ends at
 * SIGTERM, and with the parent that holds its IPC channel, if there is one.
 */
import { z } from 'zod';
import { startDiscordApi } from './server.js';

const limit = z.strictObject({ requests: z.int().min(1), windowMs: z.number().positive() });
const optionsSchema = z.strictObject({
  ledgerPath: z.string().min(1),
  port: z.int().min(0).default(0),
  nonceWindowMs: z.number().nonnegative().default(300_000),
  routeLimit: limit.default({ requests: 50, windowMs: 1000 }),
  globalLimit: limit.exactOptional(),
  clockSkewMs: z.number().default(0),
});

void main();

async function main(): Promise<void> {
  const api = await startDiscordApi(optionsSchema.parse(JSON.parse(process.argv[2] ?? '{}')));
  process.once('SIGTERM', () => void api.close().then(() => process.exit(0)));
  process.once('disconnect', () => process.exit(0));
  console.log(JSON.stringify({ url: api.url, ledgerPath: api.ledgerPath, pid: process.pid }));
}
