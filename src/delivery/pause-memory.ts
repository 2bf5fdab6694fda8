import type { Run } from './delivery-context.js';
import type { DeliveryEvent } from './events.js';
import { elapsedSince, type Moment, momentOf } from './timers.js';

/** What is left alone: everything, a guild at one target, or one code of a guild. */
export interface PauseKey {
  /** `null`: all guilds. */
  readonly guildId: string | null;
  readonly target?: string;
  /** Identity of the code. */
  readonly code?: string;
}

/** Since when, until when and why something is left alone. */
export interface Pause {
  readonly since: Date;
  readonly until: Date;
  readonly why: string;
}

interface Entry {
  readonly key: PauseKey;
  /** When it was paused or refused last. */
  readonly at: Moment;
  /** Length of the last pause in ms; 0 if there was none. */
  readonly ms: number;
  readonly refusals: number;
  /** The pause that is not over yet, as far as somebody has looked. */
  readonly pause?: Pause;
  readonly emit: (event: DeliveryEvent) => void;
}

type Listener = Pick<Run<never>, 'clock' | 'emit'>;
type Settings = Listener & { readonly options: { readonly pausePermanentMs?: number } };

const DEFAULT_PAUSE_MS = 600_000;
const LONGEST_PAUSE_MS = 3_600_000;
/**
 * An entry is forgotten this long after its pause. Then the next failure begins with a short pause
 * again.
 */
const REMEMBERED_MS = 86_400_000;

/** The pauses of one store, in memory: a restart tries everything once. */
export class PauseMemory {
  readonly #entries = new Map<string, Entry>();

  /** Whether nothing is paused and nothing was refused: then no key needs its name. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The pause of a key, if it is not over. */
  find(key: PauseKey, { clock, emit }: Listener): Pause | undefined {
    const entry = this.#entries.get(nameOf(key));
    if (entry?.pause === undefined) return undefined;
    if (elapsedSince(entry.at, clock) < entry.ms) return entry.pause;
    this.#keep(withoutPause(entry));
    emit({ type: 'resumed', ...key, because: 'over' });
    return undefined;
  }

  /** How often a key was refused since the last success. */
  refusals(key: PauseKey): number {
    return this.#entries.get(nameOf(key))?.refusals ?? 0;
  }

  /** Counts a refusal. Returns how many there are. */
  addRefusal(key: PauseKey, { clock, emit }: Listener): number {
    const known = this.#entries.get(nameOf(key));
    const refusals = (known?.refusals ?? 0) + 1;
    this.#keep(known === undefined ? { key, at: momentOf(clock), ms: 0, refusals, emit } : { ...known, refusals });
    return refusals;
  }

  /**
   * Begins a pause, twice as long as the last pause of this key. Of several failures under one
   * pause the first counts.
   */
  begin(key: PauseKey, why: string, run: Settings): void {
    const { clock, emit } = run;
    const { pausePermanentMs: shortest = DEFAULT_PAUSE_MS } = run.options;
    if (shortest === 0 || this.find(key, run) !== undefined) return;
    this.#forgetOld(run);
    const known = this.#entries.get(nameOf(key));
    const ms = Math.max(shortest, Math.min((known?.ms ?? 0) * 2, LONGEST_PAUSE_MS));
    const at = momentOf(clock);
    const pause = { since: new Date(at.wall), until: new Date(at.wall + ms), why };
    this.#keep({ key, at, ms, refusals: known?.refusals ?? 0, pause, emit });
    emit({ type: 'paused', ...key, ...pause });
  }

  /** Forgets a key. */
  end(key: PauseKey, because: 'sent' | 'resumed', emit: (event: DeliveryEvent) => void): boolean {
    const entry = this.#entries.get(nameOf(key));
    this.#entries.delete(nameOf(key));
    if (entry?.pause === undefined) return false;
    emit({ type: 'resumed', ...key, because });
    return true;
  }

  /**
   * Forgets all entries of a guild; without `guildId` all entries. The call that began a pause is
   * told of its end.
   */
  resume(guildId: string | undefined): boolean {
    const entries = [...this.#entries.values()].filter(({ key }) => guildId === undefined || key.guildId === guildId);
    return entries.filter(({ key, emit }) => this.end(key, 'resumed', emit)).length > 0;
  }

  #keep(entry: Entry): void {
    this.#entries.set(nameOf(entry.key), entry);
  }

  #forgetOld({ clock }: Listener): void {
    for (const [name, { at, ms }] of this.#entries) {
      if (elapsedSince(at, clock) > ms + REMEMBERED_MS) this.#entries.delete(name);
    }
  }
}

function withoutPause({ key, at, ms, refusals, emit }: Entry): Entry {
  return { key, at, ms, refusals, emit };
}

function nameOf({ guildId, target, code }: PauseKey): string {
  return JSON.stringify([guildId, target, code]);
}
