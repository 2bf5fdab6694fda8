import { AUDITOR, type Call, type History } from '../history.js';
import { allOf, type Fact, factsOf } from './facts.js';

/** What the store under test promises, beyond what each store does. */
export interface Promises {
  /** Whether the owner of a claim counts although its process was killed: others cannot know that it is dead. */
  readonly deadOwnersCount: boolean;
  /**
   * What is known outside of the bot that made it known. `all`: what one bot was told is true for
   * every other. `healthy`: only what it was told while its first store decided.
   */
  readonly reach: 'all' | 'healthy';
  /** Whether at most one caller is told that it marked a code, and its source stays. */
  readonly firstMarkWins: boolean;
}

/** A fact, and the call that it is from. */
export type Of<Kind extends Fact['is']> = Extract<Fact, { is: Kind }> & { readonly call: Call };

/** A claim on one code, from when its owner heard of it until its lease ends or it lets go. */
export interface Lease {
  readonly key: string;
  readonly token: string;
  readonly call: Call;
  readonly until: number;
}

/** A history by keys. */
export class Evidence {
  readonly sent: ReadonlyMap<string, readonly Of<'sent'>[]>;
  readonly unsent: ReadonlyMap<string, readonly Of<'unsent'>[]>;
  readonly marked: ReadonlyMap<string, readonly Of<'marked'>[]>;
  readonly lost: ReadonlyMap<string, readonly Of<'lost'>[]>;
  readonly kept: ReadonlyMap<string, readonly Of<'kept'>[]>;
  readonly leases: ReadonlyMap<string, readonly Lease[]>;
  readonly listings: readonly Of<'listing'>[];
  readonly guilds: readonly Of<'guilds'>[];
  readonly #history: History;
  readonly #removals: ReadonlyMap<string, readonly Of<'removal'>[]>;

  constructor(history: History, promises: Promises) {
    const facts = history.calls.flatMap((call) => factsOf(call).map((fact) => ({ ...fact, call })));
    const kind = <K extends Fact['is']>(is: K): Of<K>[] => facts.filter((fact): fact is Of<K> => fact.is === is);
    this.#history = history;
    this.sent = byKey(kind('sent'));
    this.unsent = byKey(kind('unsent'));
    this.marked = byKey(kind('marked'));
    this.lost = byKey(kind('lost'));
    this.kept = byKey(kind('kept'));
    this.listings = kind('listing');
    this.guilds = kind('guilds');
    this.#removals = byKey(kind('removal'));
    this.leases = leases(kind('lease'), byKey(kind('let go')), history, promises);
  }

  /** What may have removed a code at some moment of a span: also what nobody was told of. */
  removals(key: string, from: number, to: number): Of<'removal'>[] {
    const all = [...(this.#removals.get(key) ?? []), ...(this.#removals.get(allOf(guildOf(key))) ?? [])];
    return all.filter(({ call }) => call.begin <= to && openEnd(call) >= from);
  }

  /** Whether somebody may have forgotten a code at some moment of a span. */
  isForgotten(key: string, from: number, to: number): boolean {
    return this.removals(key, from, to).some(({ by }) => by === 'forget');
  }

  /** How many calls may have made a code forgotten. */
  forgets(key: string): number {
    return this.removals(key, -Infinity, Infinity).filter(({ by }) => by === 'forget').length;
  }

  /** Whether a bot lost a code with its first store, in a span: its mirror did not have it so. */
  isReplaced(key: string, bot: string, states: readonly string[], from: number, to: number): boolean {
    return this.#history.replacements.some(
      (one) => one.bot === bot && one.at >= from && one.at <= to && !states.includes(one.kept[key] ?? 'absent'),
    );
  }

  /** Whether what one call was told is known to a later one. */
  reaches(from: Call, to: Call, { reach }: Promises): boolean {
    if (reach === 'all' || from.bot === to.bot || to.bot === AUDITOR) return true;
    const isReplaced = this.#history.replacements.some(({ at }) => at >= from.begin && at <= to.end);
    return from.healthy && to.healthy && !isReplaced;
  }
}

/** The last moment at which a call may have taken effect. One that failed may do so at any time: the network can be slow. */
export const openEnd = ({ end, error }: Call): number => (error === undefined ? end : Infinity);

export const guildOf = (key: string): string => key.slice(0, key.indexOf(':'));

export function byKey<T extends { readonly key: string }>(all: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const one of all) {
    const list = map.get(one.key);
    if (list === undefined) map.set(one.key, [one]);
    else list.push(one);
  }
  return map;
}

/** From what a claim said of its lease: the owner counts it from before the call, and the server from within. */
function leases(
  granted: readonly Of<'lease'>[],
  letGo: ReadonlyMap<string, readonly Of<'let go'>[]>,
  { deaths }: History,
  promises: Promises,
): Map<string, Lease[]> {
  return byKey(
    granted.map(({ key, token, leaseMs, call }) => {
      const ends = [call.begin + leaseMs];
      for (const end of letGo.get(key) ?? []) if (end.token === token && end.call.begin >= call.begin) ends.push(end.call.begin);
      const death = deaths.find(({ bot, life }) => bot === call.bot && life === call.life);
      if (death !== undefined && !promises.deadOwnersCount) ends.push(death.at);
      return { key, token, call, until: Math.min(...ends) };
    }),
  );
}
