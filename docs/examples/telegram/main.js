import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from 'grammy';
import { announce, JsonFileStore } from 'sent-code-store';
import { classifyTelegramError } from 'sent-code-store/telegram';

const { TELEGRAM_TOKEN, TELEGRAM_API, CHATS, CODES_URL, DATA_FILE = './sent-codes.json', PAUSE_MS = '5000' } = process.env;
const store = new JsonFileStore({ path: DATA_FILE, logger: console });
// grammY sends nothing again by itself, as long as the plugin auto-retry is not installed.
const api = new Api(TELEGRAM_TOKEN, { timeoutSeconds: 20, ...(TELEGRAM_API && { apiRoot: TELEGRAM_API }) });
const shutdown = new AbortController();

/** All codes that are valid now, old and new: `["WOS0408", …]`. */
async function findCodes() {
  const response = await fetch(CODES_URL, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${CODES_URL} answered ${response.status}`);
  return response.json();
}

async function round() {
  await announce(store, {
    guilds: CHATS.split(','), // ids of chats, as strings
    codes: await findCodes(),
    firstRun: 'baseline',
    maxPerMessage: 50,
    send: (codes, { guildId }) => api.sendMessage(guildId, codes.join('\n')),
    receiptOf: ({ message_id }) => String(message_id),
    classifyError: classifyTelegramError,
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
