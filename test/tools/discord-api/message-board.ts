import { API_ERRORS, type ApiError } from './errors.js';
import type { MessageDraft } from './message-body.js';

/** A message object (https://docs.discord.com/developers/resources/message#message-object), as far as a bot reads it. */
export interface Message {
  readonly id: string;
  readonly channel_id: string;
  readonly author: {
    readonly id: string;
    readonly username: string;
    readonly discriminator: string;
    readonly avatar: null;
    readonly bot: true;
  };
  readonly content: string;
  readonly embeds: readonly object[];
  readonly timestamp: string;
  readonly [field: string]: unknown;
}

export type PostOutcome =
  | { readonly kind: 'created' | 'deduplicated'; readonly message: Message }
  | { readonly kind: 'refused'; readonly error: ApiError };

/** At most one of them. */
interface Range {
  readonly before?: bigint;
  readonly after?: bigint;
  readonly around?: bigint;
}

/**
 * The messages of all channels, and the memory of nonces.
 *
 * What is known of `enforce_nonce`: the nonce is unique for its author within "the past few minutes", and the first message is
 * returned (https://docs.discord.com/developers/resources/message#create-message). If that message was deleted, the answer is
 * "Unknown Message", by intention (https://github.com/discord/discord-api-docs/pull/6647, seen with its 404 in
 * https://github.com/Rapptz/discord.py/issues/10116). Not documented: the length of the window, whether a resend prolongs it
 * (here it does not), and whether another channel is another nonce (here, as the wording has it, it is not).
 */
export class MessageBoard {
  readonly #channels = new Map<string, Map<string, Message>>();
  readonly #lastIds = new Map<string, string>();
  readonly #deletedChannels = new Set<string>();
  readonly #nonces = new Map<string, { readonly message: Message; readonly forgottenAt: number }>();
  readonly #nonceWindowMs: number;
  readonly #now: () => number;
  readonly #nextId: () => string;

  constructor(nonceWindowMs: number, now: () => number, nextId: () => string) {
    this.#nonceWindowMs = nonceWindowMs;
    this.#now = now;
    this.#nextId = nextId;
  }

  hasChannel(channelId: string): boolean {
    return !this.#deletedChannels.has(channelId);
  }

  deleteChannel(channelId: string): void {
    this.#deletedChannels.add(channelId);
  }

  /**
   * Decides what the request does; nothing is posted until `commit` is called with a created message, so that the ledger can
   * have its line in between. Both must happen in one turn of the event loop.
   */
  prepare(channelId: string, author: string, draft: MessageDraft): PostOutcome {
    const known = draft.enforceNonce && draft.nonce !== null ? this.#nonces.get(nonceKey(author, draft.nonce)) : undefined;
    if (known !== undefined && this.#now() < known.forgottenAt) {
      const exists = this.find(known.message.channel_id, known.message.id) !== undefined;
      return exists ? { kind: 'deduplicated', message: known.message } : { kind: 'refused', error: API_ERRORS.unknownMessage };
    }
    return { kind: 'created', message: this.compose(channelId, author, draft) };
  }

  /** A message that is posted nowhere yet. Without a channel: the first of a thread, which has the thread's id. */
  compose(channelId: string | undefined, author: string, draft: MessageDraft): Message {
    const id = this.#nextId();
    return {
      id,
      type: draft.reference === undefined ? 0 : 19,
      channel_id: channelId ?? id,
      author: { id: author, username: `bot-${author}`, discriminator: '0000', avatar: null, bot: true as const },
      content: draft.content,
      embeds: draft.embeds.map((embed) => ({ ...embed, type: 'rich' })),
      timestamp: new Date(this.#now()).toISOString(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments: [],
      components: draft.components,
      pinned: false,
      flags: draft.flags,
      ...(draft.reference !== undefined && { message_reference: draft.reference }),
    };
  }

  commit(message: Message, draft: MessageDraft): void {
    this.add(message);
    if (!draft.enforceNonce || draft.nonce === null) return;
    this.#nonces.set(nonceKey(message.author.id, draft.nonce), { message, forgottenAt: this.#now() + this.#nonceWindowMs });
  }

  add(message: Message): void {
    this.#messagesOf(message.channel_id).set(message.id, message);
    this.#lastIds.set(message.channel_id, later(this.#lastIds.get(message.channel_id), message.id));
  }

  /** The newest message that the channel ever had, deleted or not. */
  lastId(channelId: string): string | null {
    return this.#lastIds.get(channelId) ?? null;
  }

  find(channelId: string, messageId: string): Message | undefined {
    return this.#messagesOf(channelId).get(messageId);
  }

  /** False when there is no such message. */
  delete(channelId: string, messageId: string): boolean {
    return this.#messagesOf(channelId).delete(messageId);
  }

  /** Newest first. `after` means the `limit` messages that follow that id, `around` half of them on each side. */
  list(channelId: string, limit: number, { before, after, around }: Range): Message[] {
    const oldestFirst = [...this.#messagesOf(channelId).values()].sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
    if (around !== undefined) {
      const following = oldestFirst.filter(({ id }) => BigInt(id) >= around).slice(0, Math.ceil(limit / 2));
      const preceding = oldestFirst.filter(({ id }) => BigInt(id) < around).slice(following.length - limit);
      return [...preceding, ...following].reverse();
    }
    if (after !== undefined) {
      const following = oldestFirst.filter(({ id }) => BigInt(id) > after);
      return following.slice(0, limit).reverse();
    }
    const preceding = before === undefined ? oldestFirst : oldestFirst.filter(({ id }) => BigInt(id) < before);
    return preceding.slice(-limit).reverse();
  }

  #messagesOf(channelId: string): Map<string, Message> {
    let messages = this.#channels.get(channelId);
    if (messages === undefined) this.#channels.set(channelId, (messages = new Map<string, Message>()));
    return messages;
  }
}

function nonceKey(author: string, nonce: string | number): string {
  return `${author}:${nonce}`;
}

function later(one: string | undefined, other: string): string {
  return one !== undefined && BigInt(one) > BigInt(other) ? one : other;
}
