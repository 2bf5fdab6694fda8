import type { Clock } from '../../domain/clock.js';
import type { Terminal } from '../command.js';
import { showAge } from './times.js';

const WIDTH = 20;

/**
 * A bar on stderr, with rate and time left. On anything but a terminal it writes nothing.
 */
export class ProgressBar {
  readonly #terminal: Pick<Terminal, 'showsProgress' | 'warn' | 'columns'>;
  readonly #clock: Clock;
  readonly #total: number | undefined;
  readonly #startedAt: number;
  #isShown = false;

  constructor(terminal: Pick<Terminal, 'showsProgress' | 'warn' | 'columns'>, clock: Clock, total?: number) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#total = total;
    this.#startedAt = clock.monotonic();
  }

  /** Draws the bar in the place of the last one. */
  update(done: number, noun: string): void {
    if (!this.#terminal.showsProgress) return;
    this.#isShown = true;
    const text = progressText({ done, total: this.#total, noun, ms: this.#clock.monotonic() - this.#startedAt });
    this.#terminal.warn(`\r${text.slice(0, this.#terminal.columns - 1)}\u001b[K`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isShown) this.#terminal.warn('\r\u001b[K');
    this.#isShown = false;
  }
}

/** One state of a bar. */
export function progressText({ done, total, noun, ms }: Progress): string {
  const rate = ms > 0 ? (done / ms) * 1000 : 0;
  const figures = `${done} ${noun}, ${Math.round(rate)}/s`;
  if (total === undefined || total === 0) return figures;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * WIDTH);
  const left = rate > 0 ? `, ${showAge((Math.max(0, total - done) / rate) * 1000)} left` : '';
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${Math.floor(share * 100)} %  ${figures}${left}`;
}

/** How far something is. */
export interface Progress {
  readonly done: number;
  readonly total: number | undefined;
  readonly noun: string;
  /** Since the beginning. */
  readonly ms: number;
}
