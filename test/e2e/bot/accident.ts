import { writeSync } from 'node:fs';
import type { SentCodeStore } from '../../../src/contract/store.js';
import type { BotConfig, Incident } from './config.js';

/** What is to happen to this process, and when. */
export class Accident {
  readonly #planned: BotConfig['incident'];
  #seen = 0;

  constructor(planned: BotConfig['incident']) {
    this.#planned = planned;
  }

  /** Whether the process is at the moment that was planned. Each call counts as one such moment. */
  isNow(...moments: Incident[]): boolean {
    if (this.#planned === null || !moments.includes(this.#planned.what)) return false;
    this.#seen += 1;
    return this.#seen === this.#planned.nth;
  }

  /** Which of the incidents is planned. */
  get what(): Incident | undefined {
    return this.#planned?.what;
  }

  /** Dies, as by `kill -9`: no handler, no flush. Waits for ever, because nothing may run until the signal is there. */
  async die(): Promise<never> {
    writeSync(1, 'died\n');
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  }

  /** Stops until somebody sends SIGCONT. */
  async stop(): Promise<void> {
    writeSync(1, 'stopped\n');
    process.kill(process.pid, 'SIGSTOP');
    // The signal takes effect between two turns at the latest.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The store, with the accident between its calls. */
  around(store: SentCodeStore): SentCodeStore {
    return new Proxy(store, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (property === 'claim') return (...args: unknown[]) => this.#claim(() => call(...args));
        if (property === 'confirm') return (...args: unknown[]) => this.#confirm(() => call(...args));
        return call;
      },
    });
  }

  async #claim(call: () => Promise<unknown>): Promise<unknown> {
    if (this.isNow('kill before the claim')) await this.die();
    const result = await call();
    if (this.isNow('kill after the claim')) await this.die();
    return result;
  }

  async #confirm(call: () => Promise<unknown>): Promise<unknown> {
    if (this.isNow('kill before the confirm')) await this.die();
    if (this.isNow('stop past the lease before the confirm')) await this.stop();
    const result = await call();
    if (this.isNow('kill after the confirm')) await this.die();
    return result;
  }
}
