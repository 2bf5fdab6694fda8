import type { CodeState } from '../contract/types.js';
import type { SentCodeStore } from '../contract/store.js';
import type { Run } from './delivery-context.js';

/** Guilds whose first run this process knows to be over. */
const known = new WeakMap<SentCodeStore, Set<string>>();

/** What the first run of a guild made of today's codes. */
export interface FirstRun {
  /** Whether the guild is a new one. Then the codes that are still free are those that `firstRun` chose. */
  readonly isNew: boolean;
  /** Identities of the codes that are recorded without being sent. */
  readonly baseline: ReadonlySet<string>;
}

const noFirstRun: FirstRun = { isNew: false, baseline: new Set() };

/**
 * Makes the baseline of a guild that has none and no records.
 *
 * A guild that is known is asked about again only when something is new for it: then it may have been cleared since, and come
 * back. So a round in which nothing is new costs nothing. The price: a guild that was cleared and meets an empty list first is new
 * only at the next code, which becomes its baseline.
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
 * What a dry run takes for the first run: what {@link makeBaseline} would record, if the guild has no records.
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
