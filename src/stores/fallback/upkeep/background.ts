import type { CodeKey } from '../../../domain/codes.js';
import { errorText } from '../../../domain/error-text.js';
import type { Chain } from '../chain/chain.js';
import { GuildCopies } from './guild-copies.js';
import { endPresence, PRESENCE_MS, presenceIsDue } from './presence.js';
import { rejoin } from './rejoin.js';
import { keepIfSame, secretIsOld } from './same-first-store.js';

/** The background work of a chain: brings members back, and fills mirrors. */
export class Background {
  /** Fills mirrors. */
  readonly copies: GuildCopies;
  readonly #chain: Chain;
  #rejoining: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(chain: Chain) {
    this.#chain = chain;
    this.copies = new GuildCopies(chain);
  }

  /**
   * Starts the work that is due. Waits for it, within the limit, only if the first store is up and
   * lacks something. Does so once more if one of the keys is still pending: what came after a
   * replay began is in the next replay.
   */
  async ready(keys: readonly CodeKey[] = []): Promise<void> {
    await this.#push();
    if (this.#chain.first.up && keys.some((key) => this.#chain.isPending(key))) await this.#push();
  }

  /**
   * Brings back members that are down and due, and the first store up to date. One run at a time;
   * never rejects.
   */
  rejoin(): Promise<void> {
    this.#rejoining ??= this.#rejoin();
    return this.#rejoining;
  }

  /** Tries every member that is down, even within its pause, and waits until that is done. */
  async wakeAll(): Promise<void> {
    const { first, mirrors, members } = this.#chain;
    // A run that is under way may have passed a member by.
    await this.#rejoining;
    for (const mirror of mirrors) if (first.up && mirror.joined) await keepIfSame(this.#chain, mirror);
    for (const member of members) member.hurry();
    await this.rejoin();
  }

  /** Waits for the mirrors that are being opened, however long it takes. */
  async opened(): Promise<void> {
    await Promise.allSettled(this.#chain.mirrors.filter((mirror) => mirror.opening).map((mirror) => mirror.open()));
  }

  /**
   * Starts the timer, for work that is due while no call comes. Does not keep the process alive.
   */
  start(): void {
    this.#timer ??= setInterval(() => void this.#push(), PRESENCE_MS).unref();
  }

  /** Ends the work. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#chain.beginClosing();
    await this.#rejoining;
    await this.copies.idle();
    await this.opened();
    await endPresence(this.#chain);
  }

  async #push(): Promise<void> {
    const chain = this.#chain;
    const settle = chain.first.up && unsettled(chain);
    const old = chain.first.up && chain.mirrors.some((mirror) => secretIsOld(chain, mirror));
    const present = chain.first.up && presenceIsDue(chain);
    if (!settle && !old && !present && !chain.members.some((member) => member.due)) return;
    const work = this.rejoin();
    if (settle) await chain.atMost(work);
  }

  async #rejoin(): Promise<void> {
    const { logger, name } = this.#chain.options;
    try {
      await rejoin(this.#chain);
    } catch (error) {
      logger.error(`${name}: ${errorText(error)}`);
    } finally {
      this.#rejoining = undefined;
    }
  }
}

/** Whether the first store still lacks something, as far as is known. */
function unsettled(chain: Chain): boolean {
  return chain.mirrors.some(({ pending, up, joined }) => pending.codeCount > 0 || (up && (!joined || pending.hasEntries)));
}
