import { openSync, writeSync } from 'node:fs';
import { type SentCodeStore, SentCodeStoreError, LeaseLostError } from 'sent-code-store';
import type { Call, Line, Method } from './history.js';

/** Whose calls are recorded, where, and how it is with their store. */
interface Recording {
  readonly path: string;
  readonly bot: string;
  readonly life: number;
  /** Whether the store is one that decides, and lacks nothing. */
  readonly isHealthy: () => boolean;
}

type Outcome = Pick<Call, 'value' | 'error' | 'lost'>;

/** A line with the time of now. */
type Untimed = Line extends infer L ? (L extends Line ? Omit<L, 'at'> : never) : never;

/**
 * Makes calls and records each, before it begins and after it has ended. A line is written before
 * anything else happens, so a process that is killed has recorded all that it knew.
 */
export class Recorder {
  readonly #file: number;
  readonly #recording: Recording;
  calls = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#file = openSync(recording.path, 'a');
  }

  write(line: Untimed): void {
    const timed = { ...line, at: String(process.hrtime.bigint()) };
    writeSync(this.#file, `${JSON.stringify(timed, plain)}\n`);
  }

  /** Resolves to the answer, or to `undefined` if the call rejected. `makeArgs` gets the id of the call. */
  async call(store: SentCodeStore, method: Method, makeArgs: (id: string) => readonly unknown[]): Promise<unknown> {
    return (await this.#outcome(store, method, makeArgs)).value;
  }

  /** Resolves to whether the call was answered. */
  async answered(store: SentCodeStore, method: Method, makeArgs: (id: string) => readonly unknown[]): Promise<boolean> {
    return (await this.#outcome(store, method, makeArgs)).error === undefined;
  }

  async #outcome(store: SentCodeStore, method: Method, makeArgs: (id: string) => readonly unknown[]): Promise<Outcome> {
    const { bot, life, isHealthy } = this.#recording;
    this.calls += 1;
    const id = `${bot}.${life}.${this.calls}`;
    const args = makeArgs(id);
    this.write({ kind: 'begin', id, bot, life, method, args, healthy: isHealthy() });
    let outcome: Outcome;
    try {
      outcome = { value: await answerOf(store, method, args) };
    } catch (error) {
      if (!(error instanceof SentCodeStoreError)) throw error;
      outcome = { error: error.code, ...(error instanceof LeaseLostError && { lost: error.codes }) };
    }
    this.write({ kind: 'end', id, ...outcome, healthy: isHealthy() });
    return outcome;
  }
}

/** A map as an object, for JSON. */
const plain = (_: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;

/** The answer to a call; of an iteration all its values. */
async function answerOf(store: SentCodeStore, method: Method, args: readonly unknown[]): Promise<unknown> {
  const call = store[method] as (...all: unknown[]) => Promise<unknown> | AsyncIterable<unknown>;
  const answer = call.apply(store, [...args]);
  if (answer instanceof Promise) return answer;
  const values: unknown[] = [];
  for await (const value of answer) values.push(value);
  return values;
}
