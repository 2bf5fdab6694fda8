import { AllStoresFailedError, NotAuthoritativeError } from '../../../contract/errors.js';
import type { CodeKey } from '../../../domain/codes.js';
import { errorText } from '../../../domain/error-text.js';
import type { AbstractSentCodeStore } from '../../../core/abstract-store.js';
import type { ResolvedStoreOptions } from '../../../core/options.js';
import type { StorePrimitives } from '../../../core/primitives.js';
import type { FallbackEvent } from '../events.js';
import { MISSED, revokedKey } from '../keys.js';
import { Locks } from './locks.js';
import { Member, type MemberContext } from './member.js';
import { Mirror } from './mirror.js';
import { describeEvent } from './event-texts.js';
import { canStandIn, type FallbackSettings } from '../options.js';
import { waitAtMost } from '../../../core/time-limit.js';

/** A backup that is older than this is recognised when it is restored. */
const SECRET_LIFE_MS = 3_600_000;

/** What a chain does beside its calls. Handed to it, because it works on the chain itself. */
export interface Background {
  /** Brings back what is down and due, and the first store up to date. */
  readonly rejoin: (chain: Chain) => Promise<void>;
  /** Takes the first store down if it is not the one that the mirror was kept beside. Resolves to whether it is. */
  readonly keepIfSame: (chain: Chain, mirror: Mirror) => Promise<boolean>;
  readonly makeCopies: (chain: Chain) => Copies;
}

/** Copies guilds from the first store into mirrors, once each. */
export interface Copies {
  /** Sees to it that guilds are copied. Resolves when they were, or could not be; at once if they are many. */
  ensure(guilds: Iterable<string>): Promise<void>;
  /** Resolves when no copy is under way. */
  idle(): Promise<void>;
}

/** The members of a {@link FallbackStore} and what is known of them: what the calls of the store are made of. */
export class Chain {
  /** Decides while it can be reached. */
  readonly first: Member;
  /** Stand in for it. */
  readonly mirrors: readonly Mirror[];
  /** Get every mark and may say "sent"; nothing else. */
  readonly witnesses: readonly Member[];
  /** All, in priority order. */
  readonly members: readonly Member[];
  readonly locks = new Locks();
  readonly copies: Copies;
  readonly settings: FallbackSettings;
  readonly options: ResolvedStoreOptions;
  /** No background work goes on. */
  closing = false;
  readonly #background: Background;
  #rejoining: Promise<void> | undefined;
  #degraded = false;

  constructor(
    stores: readonly AbstractSentCodeStore[],
    options: ResolvedStoreOptions,
    settings: FallbackSettings,
    background: Background,
  ) {
    this.#background = background;
    this.options = options;
    this.settings = settings;
    const context: MemberContext = {
      clock: options.clock,
      limitMs: settings.operationTimeoutMs,
      probeAfterMs: settings.probeAfterMs,
      onDown: (member, error) => this.#onDown(member, error),
      onUp: (member) => this.#onUp(member),
    };
    this.members = stores.map((store, index) =>
      index > 0 && canStandIn(store) ? new Mirror(store, context, options.randomId) : new Member(store, context),
    );
    const [first, ...others] = this.members as [Member, ...Member[]];
    this.first = first;
    this.mirrors = others.filter((member) => member instanceof Mirror);
    this.witnesses = others.filter((member) => !(member instanceof Mirror));
    this.copies = background.makeCopies(this);
  }

  /** A call of every mirror that is up, side by side. Those that failed, or are down, are not in the answer. */
  onMirrors<T>(operation: (store: StorePrimitives) => Promise<T>): Promise<Map<Mirror, T>> {
    return callEach(this.mirrors, operation);
  }

  /** A call of every witness that is up, side by side. */
  onWitnesses<T>(operation: (store: StorePrimitives) => Promise<T>): Promise<Map<Member, T>> {
    return callEach(this.witnesses, operation);
  }

  /**
   * Takes authority from every mirror that did not take part in a write, before the write is made elsewhere. The mirror is told; if it cannot be, the first store
   * keeps a note. Rejects if neither could be told and the first store was asked to.
   */
  async demoteOthers(confirmed: ReadonlyMap<Mirror, unknown>): Promise<void> {
    for (const mirror of this.mirrors) if (!confirmed.has(mirror)) await this.demote(mirror);
  }

  /** Takes authority from a mirror. See {@link Chain.demoteOthers}. */
  async demote(mirror: Mirror): Promise<void> {
    if (mirror.authority.demote() && mirror.id !== undefined)
      this.tell({ type: 'mirror-demoted', store: mirror.name, error: mirror.lastError });
    if (mirror.up) {
      try {
        await mirror.authority.beginEra();
        return;
      } catch {
        // It is down now, and its failure was told: the note is for the case that we are gone when it is back.
      }
    }
    if (this.first.up) await this.noteDemotion(mirror);
  }

  /** Leaves a note of a demotion in the first store if the mirror does not know of it. */
  async noteDemotion(mirror: Mirror): Promise<void> {
    const { id } = mirror;
    const { demoted, eraToRevoke } = mirror.authority;
    if (!demoted) return;
    if (id === undefined) {
      if (mirror.missedUnread) return;
      // Which of all mirrors it is cannot be read, so the note is for all.
      await this.first.probe((store) => store.metadata.set(new Map([[MISSED, this.options.randomId()]])));
      mirror.missedWriteNoted();
    } else if (eraToRevoke !== undefined) {
      await this.first.probe((store) => store.metadata.set(new Map([[revokedKey(id), eraToRevoke]])));
      mirror.authority.revocationNoted();
    }
  }

  /** Whether a mirror may say "unsent" of a guild while the first store is away. */
  mayDecide(mirror: Mirror, guildId: string): boolean {
    if (!mirror.up) return false;
    if (this.settings.whenDegraded === 'hold') return false;
    if (this.settings.trust === 'always') return true;
    if (!mirror.authority.covers(guildId)) return false;
    return this.settings.whenDegraded === 'continue' || !mirror.authority.foreignGuilds.has(guildId);
  }

  /** The mirror that decides about a guild while the first store is away. */
  decider(guildId: string): Mirror | undefined {
    return this.mirrors.find((mirror) => this.mayDecide(mirror, guildId));
  }

  /** Whether the first store lacks something that a mirror knows about a code. */
  isPending(key: CodeKey): boolean {
    return this.mirrors.some((mirror) => mirror.pending.has(key));
  }

  /** Whether "absent" of the first store can be believed: not while a mirror may remember something that nobody has read. */
  get believed(): boolean {
    return this.settings.trust === 'always' || this.mirrors.every((mirror) => mirror.joined);
  }

  /** Whether the first store still lacks something, as far as is known. */
  get unsettled(): boolean {
    return this.mirrors.some(
      (mirror) => mirror.pending.codeCount > 0 || (mirror.up && (!mirror.joined || mirror.pending.hasEntries)),
    );
  }

  /** Whether the secret that a mirror shares with the first store is to be changed. */
  secretIsOld(mirror: Mirror): boolean {
    return mirror.up && this.options.clock.monotonic() - mirror.secretSince > SECRET_LIFE_MS;
  }

  /**
   * Gives the background a push; waits for it, within the limit, only where the first store is up and lacks something. Once more if that is about one of the keys: what
   * is pending since a replay began is in the next one.
   */
  async ready(keys: readonly CodeKey[] = []): Promise<void> {
    await this.#push();
    if (this.first.up && keys.some((key) => this.isPending(key))) await this.#push();
  }

  async #push(): Promise<void> {
    const settle = this.first.up && this.unsettled;
    const old = this.first.up && this.mirrors.some((mirror) => this.secretIsOld(mirror));
    if (!settle && !old && !this.members.some((member) => member.due)) return;
    const work = this.rejoin();
    if (settle) await this.atMost(work);
  }

  /** Brings members back that are down and due, and the first store up to date. One at a time; never rejects. */
  rejoin(): Promise<void> {
    this.#rejoining ??= this.#rejoin();
    return this.#rejoining;
  }

  /** Tries every member that is down at once, whatever its pause, and waits until that is done. */
  async wakeAll(): Promise<void> {
    // One that is under way may have passed a member by.
    await this.#rejoining;
    for (const mirror of this.mirrors) if (this.first.up && mirror.joined) await this.#background.keepIfSame(this, mirror);
    for (const member of this.members) member.hurry();
    await this.rejoin();
  }

  /** Waits for work in the background, within the limit of a call. */
  atMost(work: Promise<unknown>): Promise<void> {
    return waitAtMost(this.settings.operationTimeoutMs, work);
  }

  /** Ends the work in the background. */
  async stop(): Promise<void> {
    this.closing = true;
    await this.#rejoining;
    await this.copies.idle();
    await Promise.allSettled(this.mirrors.filter((mirror) => mirror.opening).map((mirror) => mirror.open()));
  }

  /** One error for each member, and the line that operators look for. */
  allFailed(reasons: ReadonlyMap<Member, unknown> = new Map()): AllStoresFailedError {
    const errors = this.members.map((member) => reasons.get(member) ?? member.lastError);
    const texts = this.members.map((member, index) => `${member.name}: ${errorText(errors[index])}`).join(' | ');
    this.tell({ type: 'all-stores-failed', errors });
    return new AllStoresFailedError(`${this.options.name}: no store can take the call. ${texts}`, errors);
  }

  /** Why nobody may say "unsent" of a guild. */
  notAuthoritative(guildId: string): NotAuthoritativeError {
    const { name } = this.options;
    const unread = this.mirrors.find((mirror) => !mirror.joined);
    if (this.first.up) {
      return unread === undefined
        ? this.#refusal(guildId, `${name}: ${this.first.name} lacks what an outage left, for a moment`, undefined)
        : this.#refusal(guildId, `${name}: ${unread.name} may remember codes of an outage and cannot be read`, unread.lastError);
    }
    const up = this.mirrors.filter((mirror) => mirror.up);
    const reason =
      this.settings.whenDegraded === 'hold'
        ? 'whenDegraded is "hold"'
        : up.length === 0
          ? 'no store that is up may stand in for it'
          : up.some((mirror) => mirror.authority.covers(guildId))
            ? 'somebody else writes this guild too'
            : 'no store that is up has all records of this guild';
    return this.#refusal(guildId, `${name}: ${this.first.name} is away, and ${reason}`, this.first.lastError);
  }

  /** Tells the caller's `onEvent` and the log. */
  tell(event: FallbackEvent): void {
    const { level, text } = describeEvent(event);
    this.options.logger[level](`${this.options.name}: ${text}`);
    try {
      this.settings.onEvent(event);
    } catch (error) {
      this.options.logger.error(`${this.options.name}: onEvent threw ${errorText(error)}`);
    }
  }

  async #rejoin(): Promise<void> {
    try {
      await this.#background.rejoin(this);
    } catch (error) {
      this.options.logger.error(`${this.options.name}: ${errorText(error)}`);
    } finally {
      this.#rejoining = undefined;
    }
  }

  #refusal(guildId: string, reason: string, cause: unknown): NotAuthoritativeError {
    const because = cause === undefined ? '' : ` (${errorText(cause)})`;
    return new NotAuthoritativeError(`${reason}: nothing can be said of guild ${guildId}.${because}`, guildId, { cause });
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
        // It is down from here on, and its failure was told. What that means is for the caller to say, by who is missing.
      }
    }),
  );
  return answers;
}
