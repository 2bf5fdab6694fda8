import type { CodeState } from '../contract/types.js';
import type { SentCodeStore } from '../contract/store.js';
import type { Run } from './delivery-context.js';

/** What the first run of a guild made of today's codes. */
export interface FirstRun {
  /** Whether the guild is new. Then `firstRun` chose the codes that are still free. */
  readonly isNew: boolean;
  /** Identities of the codes that are recorded without being sent. */
  readonly baseline: ReadonlySet<string>;
}

const noFirstRun: FirstRun = { isNew: false, baseline: new Set() };

/**
 * Makes the baseline of a guild without records and without a baseline.
 *
 * The store is asked about a known guild only when some code is new for the guild: then the guild
 * may have been cleared since. So a round in which nothing is new costs nothing. The price: if a
 * cleared guild meets an empty list first, the next code becomes its baseline.
 */
export async function makeBaseline<T>(run: Run<T>, guildId: string, states: ReadonlyMap<string, CodeState>): Promise<FirstRun> {
  const absent = [...states].filter(([, state]) => state === 'absent').map(([code]) => code);
  if (absent.length === 0 && known.get(run.store)?.has(guildId)) return noFirstRun;
  const spellings = run.offer.spellingsOf(await baselineCodes(run, absent));
  const { applied, marked } = await run.store.baseline(guildId, spellings);
  const guilds = known.get(run.store) ?? new Set();
  known.set(run.store, guilds.add(guildId));
  if (applied) run.emit({ type: 'baseline', guildId, codes: marked });
  return { isNew: applied, baseline: new Set(marked.map((spelling) => run.offer.identityOf(spelling))) };
}

/**
 * What {@link makeBaseline} would do, for a dry run. A guild without records counts as a guild
 * without a baseline.
 */
export async function predictBaseline<T>(
  run: Run<T>,
  guildId: string,
  states: ReadonlyMap<string, CodeState>,
): Promise<FirstRun> {
  const absent = [...states.keys()];
  if ([...states.values()].some((state) => state !== 'absent') || (await hasRecords(run.store, guildId))) return noFirstRun;
  return { isNew: true, baseline: new Set(await baselineCodes(run, absent)) };
}

/** The guilds of each store whose first run is over, as far as this process knows. */
const known = new WeakMap<SentCodeStore, Set<string>>();

async function baselineCodes<T>({ options: { firstRun }, offer }: Run<T>, absent: readonly string[]): Promise<string[]> {
  if (typeof firstRun !== 'function' || absent.length === 0) return [...absent];
  const items = offer.itemsOf(absent);
  const chosen = offer.identitiesOf(await firstRun(items), 'firstRun');
  return absent.filter((code) => !chosen.has(code));
}

async function hasRecords(store: SentCodeStore, guildId: string): Promise<boolean> {
  for await (const _ of store.listSent(guildId)) return true;
  for await (const _ of store.listUncertain(guildId)) return true;
  return false;
}
