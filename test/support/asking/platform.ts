import type { Clock } from '../../../src/domain/clock.js';
import type { Schedule } from '../../../src/delivery/timers.js';

/** How long a request may still arrive after its send began, in ms; and how long a nonce is known. */
export const SETTLE_MS = 30_000;
const NONCE_MS = 300_000;

/** A message that is there, or was there until somebody deleted it. */
export interface Post {
  readonly messageId: string;
  readonly target: string;
  readonly codes: readonly string[];
  readonly at: number;
  deleted: boolean;
}

/** How a request ends: what the bot is told, and whether and when the message is there. */
export interface RequestPlan {
  readonly answer: 'sent' | 'unknown' | 'refused' | 'none';
  readonly arrives: 'now' | 'late' | 'never';
}

/** A platform that knows nonces at their target for a while, and tells the truth to whoever may read. */
export class ModelPlatform {
  readonly posts: Post[] = [];
  readable = true;
  readonly #clock: Clock;
  readonly #schedule: Schedule;

  constructor(clock: Clock, schedule: Schedule) {
    this.#clock = clock;
    this.#schedule = schedule;
  }

  request(message: Pick<Post, 'messageId' | 'target' | 'codes'>, arrives: RequestPlan['arrives']): void {
    if (arrives === 'now') this.#arrive(message);
    if (arrives === 'late') this.#schedule(SETTLE_MS - 1, () => this.#arrive(message));
  }

  /** What is in the channel now. */
  find({
    messageId,
    target,
    codes,
  }: Pick<Post, 'messageId' | 'codes'> & { target: string | undefined }): 'sent' | 'not-sent' | 'uncertain' {
    if (!this.readable || target === undefined) return 'uncertain';
    const found = this.posts.some(
      (post) =>
        !post.deleted &&
        post.messageId === messageId &&
        post.target === target &&
        codes.every((code) => post.codes.includes(code)),
    );
    return found ? 'sent' : 'not-sent';
  }

  /** How often a code was posted, without the posts that somebody deleted. */
  countOf(code: string): number {
    return this.posts.filter(({ deleted, codes }) => !deleted && codes.includes(code)).length;
  }

  #arrive({ messageId, target, codes }: Pick<Post, 'messageId' | 'target' | 'codes'>): void {
    const at = this.#clock.now();
    const isKnown = this.posts.some(
      (post) => !post.deleted && post.messageId === messageId && post.target === target && at - post.at < NONCE_MS,
    );
    if (!isKnown) this.posts.push({ messageId, target, codes, at, deleted: false });
  }
}
