import type { CodeKey } from '../../../domain/codes.js';
import type { SentCodeStore } from '../../../contract/store.js';
import type { ResolvedStoreOptions } from '../../../core/options.js';
import type { StorePrimitives } from '../../../core/driver.js';
import type { FallbackEvent } from '../events.js';
import { Locks } from './locks.js';
import { Member, type MemberContext } from './member.js';
import { Mirror } from './mirror.js';
import { Witness } from './witness.js';
import { describeEvent } from './event-texts.js';
import { canStandIn, type FallbackSettings } from '../options.js';
import { callHook } from '../../../core/callbacks.js';
import { CHANNELS } from '../../../core/diagnostics.js';
import { waitAtMost } from '../../../core/time-limit.js';

/** The members of a {@link FallbackStore}, and what is known of them. Every call works on it. */
export class Chain {
  /** Decides while it can be reached. */
  readonly first: Member;
  /** Stand in for the first store. */
  readonly mirrors: readonly Mirror[];
  /** Get every mark and may say "sent"; nothing else. */
  readonly witnesses: readonly Witness[];
  /** All, in priority order. */
  readonly members: readonly Member[];
  readonly locks = new Locks();
  readonly settings: FallbackSettings;
  readonly options: ResolvedStoreOptions;
  #closing = false;
  #degraded = false;
  #presentAt = -Infinity;

  constructor(stores: readonly SentCodeStore[], options: ResolvedStoreOptions, settings: FallbackSettings) {
    this.options = options;
    this.settings = settings;
    const context: MemberContext = {
      clock: options.clock,
      limitMs: settings.operationTimeoutMs,
      probeAfterMs: settings.probeAfterMs,
      onDown: (member, error) => this.#onDown(member, error),
      onUp: (member) => this.#onUp(member),
    };
    this.members = stores.map((store, index) => {
      if (index === 0) return new Member(store, context);
      return canStandIn(store) ? new Mirror(store, context, options.randomId) : new Witness(store, context);
    });
    const [first, ...others] = this.members as [Member, ...Member[]];
    this.first = first;
    this.mirrors = others.filter((member) => member instanceof Mirror);
    this.witnesses = others.filter((member) => member instanceof Witness);
  }

  /**
   * Calls every mirror that is up, in parallel. Mirrors that failed or are down are not in the
   * answer.
   */
  onMirrors<T>(operation: (store: StorePrimitives) => Promise<T>): Promise<Map<Mirror, T>> {
    return callEach(this.mirrors, operation);
  }

  /** Calls every witness that is up, in parallel. */
  onWitnesses<T>(operation: (store: StorePrimitives) => Promise<T>): Promise<Map<Witness, T>> {
    return callEach(this.witnesses, operation);
  }

  /** Whether the first store lacks something that a mirror knows about a code. */
  isPending(key: CodeKey): boolean {
    return this.mirrors.some((mirror) => mirror.pending.has(key));
  }

  /** Waits for background work, within the limit of a call. */
  atMost(work: Promise<unknown>): Promise<void> {
    return waitAtMost(this.settings.operationTimeoutMs, work);
  }

  /** Whether background work is to end. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Ends background work at its next step. */
  beginClosing(): void {
    this.#closing = true;
  }

  /** When this process last showed itself in the first store, in ms of the monotonic clock. */
  get presentAt(): number {
    return this.#presentAt;
  }

  /** Notes that this process showed itself in the first store. */
  present(at: number): void {
    this.#presentAt = at;
  }

  /** Tells the caller's `onEvent` and the log. */
  tell(event: FallbackEvent): void {
    const { level, text } = describeEvent(event);
    this.options.logger[level](`${this.options.name}: ${text}`);
    callHook(this.settings.onEvent, event);
    if (CHANNELS.fallback.hasSubscribers) CHANNELS.fallback.publish({ chain: this.options.name, ...event });
  }

  #onDown(member: Member, error: unknown): void {
    this.tell({ type: 'store-down', store: member.name, error });
    if (member !== this.first) return;
    for (const mirror of this.mirrors) mirror.firstLost();
    this.#degraded = true;
    this.tell({ type: 'degraded', store: member.name, error });
  }

  #onUp(member: Member): void {
    this.tell({ type: 'store-up', store: member.name });
    const missed = member instanceof Witness ? member.takeUntold() : 0;
    if (missed > 0) this.tell({ type: 'witness-missed', store: member.name, codes: missed });
    if (member !== this.first || !this.#degraded) return;
    this.#degraded = false;
    this.tell({ type: 'recovered', store: member.name });
  }
}

async function callEach<M extends Member, T>(
  members: readonly M[],
  operation: (store: StorePrimitives) => Promise<T>,
): Promise<Map<M, T>> {
  const answers = new Map<M, T>();
  await Promise.all(
    members.map(async (member) => {
      if (!member.up) return;
      try {
        answers.set(member, await member.call(operation));
      } catch {
        // The member is down now, and its failure was told. The caller sees who is missing.
      }
    }),
  );
  return answers;
}
