import { z } from 'zod';
import { API_ERRORS, type ApiError } from './errors.js';

/**
 * The limits are Discord's: https://docs.discord.com/developers/resources/message#embed-object-embed-limits and
 * https://docs.discord.com/developers/resources/message#create-message. Fields that are not named here are ignored.
 */
const embedField = z.looseObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) });
const embed = z.looseObject({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  fields: z.array(embedField).max(25).nullish(),
  footer: z.looseObject({ text: z.string().max(2048) }).nullish(),
  author: z.looseObject({ name: z.string().max(256) }).nullish(),
});
const messageBody = z.looseObject({
  content: z.string().max(2000).nullish(),
  embeds: z.array(embed).max(10).nullish(),
  // Discord takes any int64. JSON.parse would round one beyond 2^53, and two nonces would become one: refused instead.
  nonce: z.union([z.string().max(25), z.int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  components: z.array(z.looseObject({ type: z.int() })).nullish(),
  flags: z.int().nullish(),
  message_reference: z.looseObject({}).nullish(),
});

export type Embed = z.infer<typeof embed>;

/** A message as it was asked for. */
export interface MessageDraft {
  readonly content: string;
  readonly embeds: readonly Embed[];
  readonly nonce: string | number | null;
  readonly enforceNonce: boolean;
  readonly components: readonly object[];
  readonly flags: number;
  /** The message that this one replies to. */
  readonly reference?: object;
}

/** Reads the JSON body of Create Message, or says how Discord refuses it (50109, 50035, 50006). */
export function parseMessage(text: string): { readonly draft: MessageDraft } | { readonly error: ApiError } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: API_ERRORS.invalidJson };
  }
  const parsed = messageBody.safeParse(json);
  if (!parsed.success) return { error: { ...API_ERRORS.invalidFormBody, errors: errorTree(parsed.error.issues) } };
  const draft: MessageDraft = {
    content: parsed.data.content ?? '',
    embeds: parsed.data.embeds ?? [],
    nonce: parsed.data.nonce ?? null,
    enforceNonce: parsed.data.enforce_nonce ?? false,
    components: parsed.data.components ?? [],
    flags: parsed.data.flags ?? 0,
    ...(parsed.data.message_reference && { reference: parsed.data.message_reference }),
  };
  if (draft.content.trim() === '' && draft.embeds.length === 0 && draft.components.length === 0)
    return { error: API_ERRORS.emptyMessage };
  if (embedCharacters(draft.embeds) > 6000) {
    const tooLong = { code: 'MAX_EMBED_SIZE_EXCEEDED', message: 'Embed size exceeds maximum size of 6000' };
    return { error: { ...API_ERRORS.invalidFormBody, errors: { embeds: { _errors: [tooLong] } } } };
  }
  return { draft };
}

function embedCharacters(embeds: readonly Embed[]): number {
  const texts = embeds.flatMap((one) => [
    one.title ?? '',
    one.description ?? '',
    one.footer?.text ?? '',
    one.author?.name ?? '',
    ...(one.fields ?? []).flatMap(({ name, value }) => [name, value]),
  ]);
  return texts.join('').length;
}

interface ErrorTree {
  [key: string]: ErrorTree | { code: string; message: string }[];
}

/** `{ embeds: { 0: { fields: { _errors: [...] } } } }`; the texts inside are this fake's own, only the form is Discord's. */
function errorTree(issues: readonly z.core.$ZodIssue[]): ErrorTree {
  const root: ErrorTree = {};
  for (const issue of issues) {
    let node = root;
    for (const key of issue.path) node = (node[String(key)] ??= {}) as ErrorTree;
    ((node['_errors'] ??= []) as unknown[]).push({ code: `BASE_TYPE_${issue.code.toUpperCase()}`, message: issue.message });
  }
  return root;
}
