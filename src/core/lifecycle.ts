import { SentCodeStoreError } from '../contract/errors.js';
import { CHANNELS, type StoreEvent } from './diagnostics.js';

/**
 * Opens a store before its first call, counts the calls under way, and closes the store after the
 * last of them. After a failed opening the next call opens again.
 */
export class Lifecycle {
  readonly #storeName: string;
  readonly #open: () => Promise<void>;
  readonly #release: () => Promise<void>;
  #opening: Promise<void> | undefined;
  /** Whether the opening has succeeded. Then a call begins at once. */
  #isOpen = false;
  #closing: Promise<void> | undefined;
  #underWay = 0;
  #idle: (() => void) | undefined;

  constructor(storeName: string, open: () => Promise<void>, release: () => Promise<void>) {
    this.#storeName = storeName;
    this.#open = open;
    this.#release = release;
  }

  /** Runs a call on the open store; `STORE_CLOSED` after `close`. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      throw new SentCodeStoreError(
        'STORE_CLOSED',
        `${this.#storeName} is closed. Make a store that lives as long as the bot does.`,
      );
    }
    this.#underWay += 1;
    try {
      if (!this.#isOpen) await this.#opened();
      return await call();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle?.();
    }
  }

  /**
   * Runs an iteration on the open store. Each step is a call of its own, so `close` does not wait
   * for a loop that stands still. A step after `close` rejects with `STORE_CLOSED`.
   */
  async *iterate<T>(items: () => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    let iterator: AsyncIterator<T> | undefined;
    let finished = false;
    try {
      for (;;) {
        const step = await this.run(() => (iterator ??= items()[Symbol.asyncIterator]()).next());
        if (step.done === true) {
          finished = true;
          return;
        }
        yield step.value;
      }
    } finally {
      if (!finished) await iterator?.return?.();
    }
  }

  /** Waits for the calls under way, then releases. All callers share one closing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    if (this.#opening === undefined) return;
    await this.#release();
    if (CHANNELS.store.hasSubscribers) this.#tell({ type: 'closed', store: this.#storeName });
  }

  async #openAndTell(): Promise<void> {
    try {
      await this.#open();
      if (CHANNELS.store.hasSubscribers) this.#tell({ type: 'opened', store: this.#storeName });
    } catch (error) {
      if (CHANNELS.store.hasSubscribers) this.#tell({ type: 'open-failed', store: this.#storeName, error });
      throw error;
    }
  }

  #tell(event: StoreEvent): void {
    CHANNELS.store.publish(event);
  }

  async #opened(): Promise<void> {
    this.#opening ??= this.#openAndTell();
    try {
      await this.#opening;
      this.#isOpen = true;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
