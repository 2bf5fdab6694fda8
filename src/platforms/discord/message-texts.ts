/**
 * The texts that a message shows or carries: its content, the parts of its embeds, of its
 * components and of its poll. Reads a message of Discord's API, and a payload for discord.js with
 * builders in it.
 */
export function textsOf(message: unknown): string[] {
  if (typeof message === 'string') return [message];
  if (typeof message !== 'object' || message === null) return [];
  const { content, embeds, components, poll } = message as Readonly<Record<string, unknown>>;
  // Builders become plain objects. Files are left out: they are large, and show no text.
  const plain = JSON.parse(JSON.stringify({ content, embeds, components, poll })) as Parts;
  const own = plain.embeds?.filter(({ type }) => type === undefined || type === 'rich');
  return collect([{ content: plain.content }, own, plain.components, plain.poll]);
}

interface Parts {
  readonly content?: unknown;
  /** A bot's embeds are `rich`. Others are previews of links, which show what is on a website. */
  readonly embeds?: readonly { readonly type?: unknown }[];
  readonly components?: unknown;
  readonly poll?: unknown;
}

/** Fields that a bot fills with text of its own, as the API and as discord.js write them. */
const TEXT_FIELDS: ReadonlySet<string> = new Set([
  'content',
  'title',
  'description',
  'name',
  'value',
  'text',
  'label',
  'placeholder',
  'url',
  'custom_id',
  'customId',
]);

function collect(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) return part.flatMap(collect);
  return Object.entries(part).flatMap(([field, value]: [string, unknown]) => {
    if (typeof value === 'string') return TEXT_FIELDS.has(field) ? [value] : [];
    return collect(value);
  });
}
