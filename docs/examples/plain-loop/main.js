import { setTimeout as sleep } from 'node:timers/promises';
import { announce, classifyNetworkError, JsonFileStore } from 'sent-code-store';

const { CODES_URL, POST_URL, DATA_FILE = './sent-codes.json', PAUSE_MS = '5000' } = process.env;
const store = new JsonFileStore({ path: DATA_FILE, logger: console });
const shutdown = new AbortController();

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
  await announce(store, {
    guilds: ['news'],
    codes: await findCodes(),
    firstRun: 'baseline',
    send: post,
    classifyError: classifyNetworkError,
    signal: shutdown.signal,
    logger: console,
  });
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => shutdown.abort());
while (!shutdown.signal.aborted) {
  await round().catch((error) => console.error('this round failed, the next one tries again:', error));
  await sleep(Number(PAUSE_MS), undefined, { signal: shutdown.signal }).catch(() => undefined);
}
await store.close();
