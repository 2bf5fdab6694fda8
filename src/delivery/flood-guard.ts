import type { SentCodeStore } from '../contract/store.js';
import type { Run } from './delivery-context.js';
import type { FloodOutcome } from './outcomes.js';

/** What the guard decides on the free codes of a guild. Codes that it does not name may be sent. */
export interface FloodVerdict {
  /** Identities of codes that are recorded without being sent. */
  readonly baseline: readonly string[];
  /** Identities of codes that are left free and not sent. */
  readonly held: readonly string[];
  readonly outcome?: FloodOutcome;
}

/** What this process knows of one guild. */
interface GuildMemory {
  /**
   * Codes that were let through once, with the time of their last offer, in ms of the monotonic
   * clock.
   */
  readonly admitted: Map<string, number>;
  /** Codes that are held back and were told of. */
  told: ReadonlySet<string>;
}

const memories = new WeakMap<SentCodeStore, Map<string, GuildMemory>>();
const everythingPasses: FloodVerdict = { baseline: [], held: [] };
/** After this time a code that is not offered any more is not remembered. */
const REMEMBERED_MS = 86_400_000;

/**
 * Looks at the number of free codes before anything of a guild is sent. Codes that were let through
 * once are not counted again: after an outage of the platform they would be a flood for ever.
 *
 * @param open - identities of the free codes
 * @param isNew - whether the guild has just had its first run, which chose these codes
 */
export async function guardFlood<T>(
  run: Run<T>,
  guildId: string,
  open: readonly string[],
  isNew: boolean,
): Promise<FloodVerdict> {
  const { maxNew, allowFlood = false } = run.options;
  if (maxNew === undefined) return everythingPasses;
  const memory = memoryOf(run, guildId);
  const admit = (codes: readonly string[]): void => {
    if (run.options.dryRun === true) return;
    for (const code of codes) memory.admitted.set(code, run.clock.monotonic());
  };
  const counted = open.filter((code) => !memory.admitted.has(code));
  admit(open.filter((code) => memory.admitted.has(code)));
  // Not merely truthy: an async function would let everything through.
  const isAllowed = (): unknown => (typeof allowFlood === 'function' ? allowFlood(guildId) : allowFlood);
  const passes = isNew || counted.length <= maxNew || isAllowed() === true;
  // Asked once more: another process may have made the guild's baseline since the look-up.
  const free = passes ? [] : await stillFree(run, guildId, counted);
  if (free.length <= maxNew) {
    memory.told = new Set();
    admit(counted);
    return everythingPasses;
  }
  const verdict = await decide(run, free, maxNew);
  const stopped = new Set([...verdict.held, ...verdict.baseline]);
  admit(counted.filter((code) => !stopped.has(code)));
  if (run.options.dryRun !== true) tell(run, guildId, free, maxNew, memory);
  return verdict;
}

async function stillFree<T>({ store, offer }: Run<T>, guildId: string, codes: readonly string[]): Promise<string[]> {
  return (await store.filterUnsent(guildId, offer.spellingsOf(codes))).map((spelling) => offer.identityOf(spelling));
}

async function decide<T>({ options, offer }: Run<T>, free: readonly string[], maxNew: number): Promise<FloodVerdict> {
  const { onFlood = 'hold' } = options;
  if (onFlood === 'hold') return { baseline: [], held: free, outcome: { status: 'flood', free: free.length, maxNew } };
  if (onFlood === 'baseline') return { baseline: free, held: [] };
  const chosen = offer.identitiesOf(await onFlood(offer.itemsOf(offer.spellingsOf(free))), 'onFlood');
  return { baseline: free.filter((code) => !chosen.has(code)), held: [] };
}

/** Told once, and again when more is held back: not in every round. */
function tell<T>(run: Run<T>, guildId: string, free: readonly string[], maxNew: number, memory: GuildMemory): void {
  const isKnown = free.every((code) => memory.told.has(code));
  memory.told = new Set(free);
  if (isKnown) return;
  const { onFlood = 'hold' } = run.options;
  const action = typeof onFlood === 'function' ? 'chosen' : onFlood;
  run.emit({ type: 'flood', guildId, codes: run.offer.spellingsOf(free), maxNew, action });
}

function memoryOf<T>({ store, clock }: Run<T>, guildId: string): GuildMemory {
  const guilds = memories.get(store) ?? new Map<string, GuildMemory>();
  memories.set(store, guilds);
  const memory = guilds.get(guildId) ?? { admitted: new Map<string, number>(), told: new Set<string>() };
  guilds.set(guildId, memory);
  for (const [code, offeredAt] of memory.admitted) {
    if (clock.monotonic() - offeredAt > REMEMBERED_MS) memory.admitted.delete(code);
  }
  return memory;
}
