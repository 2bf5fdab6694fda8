import { setTimeout as delay } from 'node:timers/promises';
import { MongoStore, SentCodeStoreError } from 'sent-code-store';
import { startTcpProxy, type TcpProxy } from '../../../tools/tcp-proxy/tcp-proxy.js';
import { randomOf } from '../../random.js';
import type { Cuts, Recovery } from '../recovery.js';

/** Tasks that make calls all the time, so that a cut always meets some under way. */
const TASKS = 4;
/** After so many ms the store must answer every call again. */
const LIMIT_MS = 10_000;
/** What has not ended after so many ms never will. */
const END_MS = 3 * LIMIT_MS;

const { seed, uri, database, cuts } = JSON.parse(process.argv[2] ?? '') as Cuts;
const random = randomOf(seed);
const result: Recovery = { cuts: 0, met: 0, calls: 0, failed: 0, newClients: 0, slowestMs: 0, broken: [] };
const codes = ['A', 'B'];

let isOver = false;
let callsUnderWay = 0;

async function task(store: MongoStore, index: number): Promise<void> {
  const guildId = `guild-${index}`;
  while (!isOver) {
    result.calls += 1;
    callsUnderWay += 1;
    try {
      const { claim } = await store.claim(guildId, codes);
      if (claim !== undefined) await store.release(claim, 'not-sent');
      await store.markSent('sent', codes);
      await store.filterUnsent(guildId, codes);
    } catch (error) {
      result.failed += 1;
      const isOfOutage = error instanceof SentCodeStoreError && error.retryable;
      if (!isOfOutage) result.broken.push(`a call rejected with ${String(error)}`);
      // A refusal that comes at once is not to keep the proxy from its work.
      await delay(1);
    } finally {
      callsUnderWay -= 1;
    }
  }
}

/** So many calls in a row that are answered, with no other call open, say that the store is back. */
const ANSWERS = 5;

/**
 * Asks again and again. Resolves to the time after which every call was answered, in ms from now: when
 * the last one that failed began. `undefined` if there is no end of failures, or of a call.
 */
async function timeToAnswers(store: MongoStore): Promise<number | undefined> {
  const since = performance.now();
  const now = (): number => performance.now() - since;
  let [open, answers, lastFailed] = [0, 0, 0];
  while (answers < ANSWERS || open > 0) {
    if (now() > END_MS) return undefined;
    const begun = now();
    open += 1;
    // One more call, whatever those before it wait for: it may be the first that gets through.
    void store
      .filterUnsent('asked', codes)
      .then(
        () => (answers += 1),
        () => ([answers, lastFailed] = [0, Math.max(lastFailed, begun)]),
      )
      .finally(() => (open -= 1));
    for (let turn = 0; turn < 20 && open > 0; turn += 1) await delay(5);
  }
  return lastFailed;
}

function end(): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Ends the process, with a report, if something never ends. */
async function ended<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    result.broken.push(`${what} never ended`);
    end();
    process.exit();
  }, END_MS);
  return work.finally(() => clearTimeout(timer));
}

/** Ends all connections, each time in another way. */
async function cut(proxy: TcpProxy): Promise<void> {
  const way = random.pick(['cut', 'end', 'answers first', 'refuse']);
  if (way === 'answers first') {
    // What was asked is not answered any more when the connections end.
    await proxy.mode('halfOpen');
    await delay(random.below(20));
    await proxy.mode('end');
  } else if (way === 'refuse') {
    await proxy.mode('refuse');
    await delay(random.below(300));
    await proxy.mode('pass');
  } else await proxy.mode(way as 'cut' | 'end');
}

async function run(): Promise<void> {
  const proxy = await startTcpProxy(uri);
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (text: string) => void (result.newClients += text.includes('The new client takes its place') ? 1 : 0),
    error: () => undefined,
  };
  const store = new MongoStore({ uri: proxy.uri, database, logger });
  await ended('the first call', store.ping());
  const tasks = Array.from({ length: TASKS }, (_, index) => task(store, index));
  while (result.cuts < cuts && result.broken.length === 0) {
    await delay(random.below(40));
    result.met += callsUnderWay;
    await ended(`cut ${result.cuts + 1}`, cut(proxy));
    result.cuts += 1;
    const ms = await timeToAnswers(store);
    result.slowestMs = Math.max(result.slowestMs, Math.ceil(ms ?? END_MS));
    if (ms === undefined || ms > LIMIT_MS)
      result.broken.push(`a call that began ${ms ?? END_MS} ms after cut ${result.cuts} was not answered`);
  }
  isOver = true;
  await ended('a call', Promise.all(tasks));
  await ended('close', store.close());
  await ended('the proxy', proxy.close());
  end();
}

void run();
