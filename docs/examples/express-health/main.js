import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { announce, classifyNetworkError, FallbackStore, JsonFileStore, MongoStore } from 'sent-code-store';

const { CODES_URL, POST_URL, MONGODB_URI, DATA_FILE = './sent-codes.json', PAUSE_MS = '5000', PORT = '8080' } = process.env;
const store = new FallbackStore(
  [
    new MongoStore({ uri: MONGODB_URI, clientOptions: { serverSelectionTimeoutMS: 1000 } }),
    new JsonFileStore({ path: DATA_FILE, logger: console }),
  ],
  { logger: console },
);
const shutdown = new AbortController();
/** A round that is older than this is a bot that hangs. */
const STALE_MS = 60_000 + 10 * Number(PAUSE_MS);
let lastRound = { endedAt: Date.now() };

const app = express();
// Restarting the bot repairs no database, so an outage is no reason to answer 503: the file stands in.
app.get('/health', (_, response) => {
  const { state, stores } = store.status();
  const isAlive = state !== 'failed' && Date.now() - lastRound.endedAt < STALE_MS;
  response.status(isAlive ? 200 : 503).json({ state, stores, lastRound });
});
const server = app.listen(Number(PORT), () => console.log(`health on port ${server.address().port}`));

/** All codes that are valid now, old and new: `["WOS0408", …]`. */
async function findCodes() {
  const response = await fetch(CODES_URL, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${CODES_URL} answered ${response.status}`);
  return response.json();
}

async function post(codes, { guildId }) {
  const response = await fetch(POST_URL, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ to: guildId, codes }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`refused with status ${response.status}`, { cause: response });
}

async function round() {
  const { counts } = await announce(store, {
    guilds: ['news'],
    codes: await findCodes(),
    firstRun: 'baseline',
    send: post,
    classifyError: classifyNetworkError,
    signal: shutdown.signal,
    logger: console,
  });
  lastRound = { endedAt: Date.now(), counts };
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => shutdown.abort());
while (!shutdown.signal.aborted) {
  await round().catch((error) => console.error('this round failed, the next one tries again:', error));
  await sleep(Number(PAUSE_MS), undefined, { signal: shutdown.signal }).catch(() => undefined);
}
server.close();
await store.close();
