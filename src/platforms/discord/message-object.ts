/**
 * A message as Discord's API gives it, as far as it is read here
 * (https://docs.discord.com/developers/resources/message#message-object).
 */
export interface MessageObject {
  readonly id: string;
  readonly type: number;
  readonly channel_id: string;
  readonly author: { readonly id: string };
  readonly webhook_id?: string;
  readonly content: string;
  readonly embeds?: readonly object[];
  readonly components?: readonly object[];
  readonly attachments?: readonly object[];
  readonly sticker_items?: readonly object[];
  readonly poll?: object;
  readonly flags?: number;
  /** Present on replies, forwards and crossposts. */
  readonly message_reference?: object;
  /** Present on answers to interactions. `interaction` is the older name. */
  readonly interaction_metadata?: object;
  readonly interaction?: object;
}

/**
 * Whether the message is one that the bot posted by itself, or that its webhook posted: no reply,
 * no forward, no system message, no answer to an interaction. A follow-up to an interaction has the
 * bot as its author, and a `webhook_id`.
 */
export function isAnnouncement(message: MessageObject, sender: Sender): boolean {
  if (message.type !== DEFAULT_TYPE || message.message_reference !== undefined) return false;
  if (message.interaction_metadata !== undefined || message.interaction !== undefined) return false;
  if (sender.webhookId !== undefined) return message.webhook_id === sender.webhookId;
  return message.author.id === sender.botId && message.webhook_id === undefined;
}

/** Who posts for the bot. */
export interface Sender {
  readonly botId: string;
  /** The webhook through which it posts, if it does. */
  readonly webhookId: string | undefined;
}

/** https://docs.discord.com/developers/resources/message#message-object-message-types */
const DEFAULT_TYPE = 0;

/**
 * Why it cannot be seen what a message shows; `undefined` if it can.
 *
 * - A moderator has suppressed its embeds: then Discord leaves them out
 *   (https://docs.discord.com/developers/resources/message#message-object-message-flags).
 * - All of it is empty: without the intent for message content, Discord withholds what the bot did
 *   not send itself (https://docs.discord.com/developers/events/gateway#message-content-intent).
 * - It has components of a kind that came after this code was written.
 *
 * @param embedsMatter - whether the bot shows codes in embeds. If not, suppressed embeds are
 *   previews of links.
 */
export function whyUnreadable(message: MessageObject, embedsMatter: boolean): string | undefined {
  const { content, embeds = [], components = [], attachments = [], sticker_items: stickers = [] } = message;
  const isSuppressed = ((message.flags ?? 0) & SUPPRESS_EMBEDS) !== 0 && embeds.length === 0;
  if (isSuppressed && (embedsMatter || content === '')) return 'has suppressed embeds';
  const shows = content !== '' || [embeds, components, attachments, stickers].some(({ length }) => length > 0);
  if (!shows && message.poll === undefined) return 'has no content that the bot may read';
  return hasUnknownComponent(components) ? 'has components of an unknown kind' : undefined;
}

const SUPPRESS_EMBEDS = 1 << 2;

/** https://docs.discord.com/developers/components/reference#component-object-component-types */
const COMPONENT_TYPES: ReadonlySet<unknown> = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 19]);

function hasUnknownComponent(components: readonly object[]): boolean {
  return components.some((component) => {
    const { type, components: inside, component: single, accessory } = component as Readonly<Record<string, unknown>>;
    if (!COMPONENT_TYPES.has(type)) return true;
    const children: unknown[] = [...(Array.isArray(inside) ? (inside as unknown[]) : []), single, accessory];
    return hasUnknownComponent(children.filter((child) => typeof child === 'object' && child !== null));
  });
}
