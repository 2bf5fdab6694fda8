import type { SentCodeStore } from '../../../src/contract/store.js';
import { SentCodeStoreError } from '../../../src/contract/errors.js';
import type { RecordChange } from '../../../src/core/local-driver.js';
import type { Clock } from '../../../src/domain/clock.js';
import type { Schedule } from '../../../src/delivery/timers.js';
import { type SharedData, SharedMapDriver, SharedMapStore } from '../stores/shared-map-store.js';

/** The calls of a store until one fails: before it acts, after the write of one code, or after it acted. */
export interface Failure {
  calls: number;
  readonly when: 'before' | 'halfway' | 'after';
}

/** A process that can crash, and stand still for a while: its calls and timers wait until it goes on. */
export class BotProcess {
  readonly store: SentCodeStore;
  readonly schedule: Schedule;

  failure: Failure | undefined;
  /** Told of every call of the store. */
  onCall = (): void => undefined;
  /** How often it stood still. */
  freezes = 0;
  #crashed = false;
  #frozen: Promise<void> | undefined;
  #thaw = (): void => undefined;

  constructor(data: SharedData, clock: Clock, schedule: Schedule) {
    const torn = { next: false };
    const store: SentCodeStore = new SharedMapStore(data, { clock }, tornDriver(torn));
    this.schedule = (ms, run) => schedule(ms, () => void this.goesOn().then(run));
    this.store = new Proxy(store, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (String(property).startsWith('list')) return call;
        return async (...args: unknown[]): Promise<unknown> => {
          await this.goesOn();
          this.onCall();
          const failing = this.failure !== undefined && (this.failure.calls -= 1) < 0 ? this.failure.when : undefined;
          if (failing !== undefined) this.failure = undefined;
          if (failing === 'before') throw unavailable();
          torn.next = failing === 'halfway';
          const answer = await call(...args);
          torn.next = false;
          await this.goesOn();
          if (failing === 'after') throw unavailable();
          return answer;
        };
      },
    });
  }

  get isCrashed(): boolean {
    return this.#crashed;
  }

  crash(): void {
    this.#crashed = true;
    this.thaw();
  }

  freeze(): void {
    this.freezes += 1;
    this.#frozen ??= new Promise((resolve) => (this.#thaw = resolve));
  }

  thaw(): void {
    this.#frozen = undefined;
    this.#thaw();
  }

  /** Resolves when the process does something: never after a crash. */
  async goesOn(): Promise<void> {
    while (this.#frozen !== undefined) await this.#frozen;
    if (this.#crashed) await new Promise(() => undefined);
  }
}

/** A driver that writes one code of the next write alone, and fails. */
function tornDriver(torn: { next: boolean }): typeof SharedMapDriver {
  return class extends SharedMapDriver {
    override async commit(changes: readonly RecordChange[]): Promise<void> {
      const isTorn = torn.next && changes.length > 1;
      if (isTorn) torn.next = false;
      await super.commit(isTorn ? changes.slice(0, 1) : changes);
      if (isTorn) throw unavailable();
    }
  };
}

function unavailable(): SentCodeStoreError {
  return new SentCodeStoreError('STORE_UNAVAILABLE', 'no answer', { retryable: true });
}
