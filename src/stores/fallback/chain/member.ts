import { InvalidInputError, SentCodeStoreError } from '../../../contract/errors.js';
import type { Clock } from '../../../domain/clock.js';
import type { SentCodeStore } from '../../../contract/store.js';
import { anyPrimitivesOf } from '../../../core/store-as-driver.js';
import type { ScannedRecord, ScanScope, StorePrimitives } from '../../../core/driver.js';
import { withinLimit } from '../../../core/time-limit.js';

/**
 * A store of the chain, behind a time limit and a circuit breaker. One failure takes it down. No
 * call goes to it until a probe succeeds.
 */
export class Member {
  readonly name: string;
  readonly #source: SentCodeStore;
  #lastError: unknown;
  #primitives: StorePrimitives;
  #context: MemberContext;
  #up = false;
  #session = 0;
  #failures = 0;
  #told = false;
  #probeAt = -Infinity;

  constructor(source: SentCodeStore, context: MemberContext) {
    this.#source = source;
    this.name = source.name;
    this.#primitives = anyPrimitivesOf(source);
    this.#context = context;
    this.#lastError = new SentCodeStoreError('STORE_UNAVAILABLE', `${this.name} was not reached yet.`, { retryable: true });
  }

  /** Whether it has claims. */
  get claims(): boolean {
    return this.#source.supports.claims !== false;
  }

  /** Limit of a call in ms. */
  get limitMs(): number {
    return this.#context.limitMs;
  }

  /** Whether calls go to it. */
  get up(): boolean {
    return this.#up;
  }

  /** Why it last went down. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** Whether it is down and may be probed again. */
  get due(): boolean {
    return !this.#up && this.#context.clock.monotonic() >= this.#probeAt;
  }

  /** Ends the pause: the member may be probed at once. */
  hurry(): void {
    this.#probeAt = -Infinity;
  }

  /** Calls the store. Any failure takes the member down; a member that is down fails at once. */
  async call<T>(operation: (store: StorePrimitives) => Promise<T>): Promise<T> {
    if (!this.#up) throw this.#lastError;
    const answer = await this.probe(operation);
    // Not in `rise`: a store may answer pings and fail at everything else.
    this.#failures = 0;
    return answer;
  }

  /** Calls the store, whether or not the member is up. */
  async probe<T>(operation: (store: StorePrimitives) => Promise<T>, limitMs = this.limitMs): Promise<T> {
    const session = this.#session;
    try {
      return await withinLimit(limitMs, operation(this.#primitives), () => this.#late(limitMs));
    } catch (error) {
      // Two failures say nothing about the member: that of a call from before it last came back,
      // and a refusal of bad input.
      if (session === this.#session && !(error instanceof InvalidInputError)) this.fall(error);
      throw error;
    }
  }

  /** Streams records in a scope. Each step has the limit of a call. */
  async *scan(scope: ScanScope): AsyncGenerator<ScannedRecord, void, undefined> {
    yield* this.iterate((store) => store.scanRecords(scope));
  }

  /** Runs an iteration of the store. Each step has the limit of a call. */
  async *iterate<T>(items: (store: StorePrimitives) => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = items(this.#primitives)[Symbol.asyncIterator]();
    let finished = false;
    try {
      for (;;) {
        const step = await this.probe(() => iterator.next());
        if (step.done === true) {
          finished = true;
          return;
        }
        yield step.value;
      }
    } finally {
      // Not waited for: an iteration that hangs would hang its end too.
      if (!finished) void iterator.return?.().catch(() => undefined);
    }
  }

  /** All metadata entries whose key begins with the prefix. */
  async listMetadata(prefix: string): Promise<(readonly [key: string, value: string])[]> {
    const entries: (readonly [string, string])[] = [];
    for await (const entry of this.iterate((store) => store.metadata.list(prefix))) entries.push(entry);
    return entries;
  }

  /** Takes the member down until a probe succeeds. */
  fall(error: unknown): void {
    const { clock, probeAfterMs } = this.#context;
    const wasUp = this.#up;
    this.#up = false;
    this.#session += 1;
    this.#lastError = error;
    this.#probeAt = clock.monotonic() + Math.min(probeAfterMs * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    if (wasUp || !this.#told) this.#context.onDown(this, error);
    this.#told = true;
  }

  /** Lets calls through again. */
  rise(): void {
    if (this.#up) return;
    this.#up = true;
    this.#session += 1;
    this.#context.onUp(this);
  }

  /**
   * See `setAsideDamaged` of {@link StorePrimitives}. No time limit, because it reads and writes
   * whole files.
   */
  setAsideDamaged(): Promise<string | undefined> {
    return this.#primitives.setAsideDamaged();
  }

  /** Closes the store, within the limit. */
  async close(): Promise<void> {
    await withinLimit(this.limitMs, this.#source.close(), () => this.#late(this.limitMs));
  }

  #late(limitMs: number): SentCodeStoreError {
    return new SentCodeStoreError(
      'STORE_TIMEOUT',
      `${this.name} did not answer within ${limitMs} ms. The operation may still take effect.`,
      { retryable: true },
    );
  }
}

/** What a member needs from its chain. */
export interface MemberContext {
  readonly clock: Clock;
  /** Limit of each call in ms. */
  readonly limitMs: number;
  /**
   * Pause before the first probe of a member that is down, in ms. Doubles with each failed probe.
   */
  readonly probeAfterMs: number;
  readonly onDown: (member: Member, error: unknown) => void;
  readonly onUp: (member: Member) => void;
}

const LONGEST_PAUSE_MS = 30_000;
