import { API_ERRORS, type ApiError } from './errors.js';
import { preventsPost, type NamedFault } from './faults.js';
import { refusal, type Answer } from './http.js';
import type { Message, PostOutcome } from './message-board.js';
import { parseMessage, type MessageDraft } from './message-body.js';
import { tooManyRequests } from './rate-limits.js';
import type { World } from './world.js';

/** What Discord would answer, and the fault that may keep it from the client. */
export interface Outcome {
  readonly answer: Answer;
  readonly fault?: NamedFault;
}

/** POST /channels/:id/messages, after authorization and rate limits. */
export async function createMessage(world: World, channelId: string, author: string, text: string): Promise<Outcome> {
  const parsed = world.channels.isForum(channelId) ? { error: API_ERRORS.nonTextChannel } : parseMessage(text);
  return postMessage(world, { channelId, author }, parsed, {
    prepare: (draft) => world.board.prepare(channelId, author, draft),
    commit: (message, draft) => world.board.commit(message, draft),
    // The nonce comes back to its sender only; a message that is read later does not carry it.
    answer: (message, { nonce }) => ({ status: 200, body: nonce === null ? message : { ...message, nonce } }),
  });
}

/** How one route posts a message. */
interface Post {
  /** Decides what the request does, without doing it. */
  prepare(draft: MessageDraft): PostOutcome;
  commit(message: Message, draft: MessageDraft): void;
  answer(message: Message, draft: MessageDraft): Answer;
}

/** Posts a message, or plays the fault that the plan has for the channel: writes one line into the ledger, then says what to answer. */
export async function postMessage(
  world: World,
  { channelId, author }: { readonly channelId: string; readonly author: string },
  parsed: { readonly draft: MessageDraft } | { readonly error: ApiError },
  post: Post,
): Promise<Outcome> {
  const fault = world.faults.next(channelId);
  const played = fault === undefined ? {} : { fault };
  const nonce = 'draft' in parsed ? parsed.draft.nonce : null;
  const request = { channelId, author, nonce, fault: fault?.name ?? null };

  const refuse = (error: ApiError): Answer => {
    world.ledger.append({ kind: 'refused', ...request, status: error.status, code: error.code });
    return refusal(error);
  };

  const arrive = (): Answer => {
    if ('error' in parsed) return refuse(parsed.error);
    const { draft } = parsed;
    const outcome = post.prepare(draft);
    if (outcome.kind === 'refused') return refuse(outcome.error);
    const { message } = outcome;
    const shown = { messageId: message.id, enforceNonce: draft.enforceNonce, content: draft.content, embeds: draft.embeds };
    world.ledger.append({ kind: outcome.kind, ...request, ...shown });
    if (outcome.kind === 'created') post.commit(message, draft);
    return post.answer(message, draft);
  };

  if (fault !== undefined && preventsPost(fault)) {
    if (fault.type === 'refusal') {
      const { status, code, message } = fault;
      if (code !== undefined) return { answer: refuse({ status, code, message }), ...played };
      world.ledger.append({ kind: 'refused', ...request, status, code: 0 });
      return { answer: { status, html: `<html><body>${message}</body></html>` }, ...played };
    }
    if (fault.type === 'rate-limit') {
      world.ledger.append({ kind: 'refused', ...request, status: 429, code: fault.code ?? 0 });
      return { answer: tooManyRequests(fault.retryAfterMs, fault.scope, fault.code), ...played };
    }
    world.ledger.append({ kind: 'lost', ...request });
    return { answer: { status: 500 }, ...played };
  }
  if (fault?.type === 'late') {
    // Its client is cut off at once; the message arrives all the same, unless the fake has closed by then.
    world.sleep(fault.delayMs).then(arrive, () => undefined);
    return { answer: { status: 500 }, ...played };
  }
  if (fault?.type === 'slow' && !fault.commits) await world.sleep(fault.delayMs);
  return { answer: arrive(), ...played };
}
