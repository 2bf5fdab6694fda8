import type { Fate } from '../../tools/mongo/frame-proxy/frame-proxy.js';
import { type Random, randomOf, subseed } from '../random.js';
import type { Bots } from './bots.js';

/** How often a command has an accident on its way, in a thousand. */
const PER_THOUSAND = { cutBefore: 12, cutAfter: 18, late: 14, slowAnswer: 16, halfOpen: 5 } as const;
/** Some longer than a command may take, some shorter. */
const DELAY_MS = 900;
/** Some longer than a lease, some shorter. */
const STOP_MS = 1800;

/** Accidents of the network and of processes, chosen by a seed and brought about by the commands themselves. */
export class Trouble {
  readonly counts = { commands: 0, cuts: 0, late: 0, slow: 0, halfOpen: 0 };
  isOn = true;
  readonly #random: Random;
  readonly #bots: Bots;
  readonly #between: { readonly kills: number; readonly stops: number };
  #nextKill: number;
  #nextStop: number;

  /** @param between - mean number of commands between two kills, and two stops */
  constructor(seed: number, bots: Bots, between: { readonly kills: number; readonly stops: number }) {
    this.#random = randomOf(subseed(seed, 7));
    this.#bots = bots;
    this.#between = between;
    this.#nextKill = this.#soon(between.kills);
    this.#nextStop = this.#soon(between.stops);
  }

  /** What becomes of a command of a bot. Processes are killed and stopped while it is under way, before or after the server has it. */
  fateOf(bot: string): Fate {
    this.counts.commands += 1;
    if (!this.isOn) return {};
    const fate = this.#accident();
    const { commands } = this.counts;
    if (commands >= this.#nextKill) {
      this.#nextKill = commands + this.#soon(this.#between.kills);
      return { ...fate, ...this.#whenever(() => void this.#bots.kill(bot)) };
    }
    if (commands >= this.#nextStop) {
      this.#nextStop = commands + this.#soon(this.#between.stops);
      const ms = Math.ceil(this.#random.fraction() * STOP_MS);
      return { ...fate, ...this.#whenever(() => this.#bots.stop(bot, ms)) };
    }
    return fate;
  }

  #accident(): Fate {
    const random = this.#random;
    let at = random.fraction() * 1000;
    const kind = Object.entries(PER_THOUSAND).find(([, share]) => (at -= share) < 0)?.[0];
    const delay = Math.ceil(random.fraction() * DELAY_MS);
    switch (kind as keyof typeof PER_THOUSAND | undefined) {
      case 'cutBefore':
        this.counts.cuts += 1;
        return { before: 'cut' };
      case 'cutAfter':
        this.counts.cuts += 1;
        return { after: 'cut' };
      case 'late':
        this.counts.late += 1;
        return { before: delay };
      case 'slowAnswer':
        this.counts.slow += 1;
        return { after: delay };
      case 'halfOpen':
        this.counts.halfOpen += 1;
        return { before: 'swallow' };
      case undefined:
        return {};
    }
  }

  #whenever(strike: () => void): Fate {
    // An answer may come when the trouble is over.
    const onTime = (): void => {
      if (this.isOn) strike();
    };
    return this.#random.chance(0.5) ? { onCommand: onTime } : { onAnswer: onTime };
  }

  #soon(mean: number): number {
    return Math.ceil(this.#random.fraction() * 2 * mean);
  }
}
