import { setTimeout as sleep } from 'node:timers/promises';
import { parseFeed } from '@rowanmanning/feed-parser';
import { announce, classifyNetworkError, JsonFileStore, urlIdentity } from 'sent-code-store';

const { FEED_URL, WEBHOOK_URL, DATA_FILE = './sent-links.json', PAUSE_MS = '60000' } = process.env;
// Two links to one article are one link, whatever a newsletter or a share button has added to them.
const store = new JsonFileStore({ path: DATA_FILE, identity: urlIdentity(), logger: console });
const shutdown = new AbortController();

/** The entries of the feed that have a link, the oldest first. */
async function readFeed() {
  const response = await fetch(FEED_URL, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${FEED_URL} answered ${response.status}`);
  return parseFeed(await response.text())
    .items.filter(({ url }) => url !== null)
    .reverse();
}

async function post([{ title, url }]) {
  const response = await fetch(WEBHOOK_URL, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text: `${title ?? 'New'}\n${url}` }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`refused with status ${response.status}`, { cause: response });
}

async function round() {
  await announce(store, {
    guilds: ['webhook'],
    codes: await readFeed(),
    codeOf: ({ url }) => url,
    messages: 'each',
    firstRun: 'baseline',
    maxNew: 20, // a site that is rebuilt lists everything anew
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
