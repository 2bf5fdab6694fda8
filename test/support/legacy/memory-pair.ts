import type { LegacyStatePair } from '../../../src/stores/legacy/adapter.js';

/** A get/set pair over a variable. Each call takes a turn of the event loop, so that callers who do not wait for each other overlap. */
export class MemoryPair implements LegacyStatePair {
  readonly written: unknown[] = [];
  state: unknown;

  constructor(state: unknown = { channels: {}, sent: {} }) {
    this.state = state;
  }

  /** The list of a guild. */
  list(guildId: string): unknown {
    return (this.state as { sent: Record<string, unknown> }).sent[guildId];
  }

  async getState(): Promise<unknown> {
    const { state } = this;
    await new Promise((resolve) => setImmediate(resolve));
    return state;
  }

  async setState(state: unknown): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    this.state = state;
    this.written.push(state);
    return true;
  }
}
