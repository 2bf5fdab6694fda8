import { preventsPost, type NamedFault } from './faults.js';
import { refusal, type Answer } from './http.js';
import type { ApiError } from './errors.js';
import { parseMessage } from './message-body.js';
import { tooManyRequests } from './rate-limits.js';
import type { World } from './world.js';

/** What Discord would answer, and the fault that may keep it from the client. */
export interface Outcome {
  readonly answer: Answer;
  readonly fault?: NamedFault;
}

/** POST /channels/:id/messages, after authorization and rate limits: writes one line into the ledger, then says what to answer. */
export async function createMessage(world: World, channelId: string, author: string, text: string): Promise<Outcome> {
  const fault = world.faults.next(channelId);
  const played = fault === undefined ? {} : { fault };
  const parsed = parseMessage(text);
  const nonce = 'draft' in parsed ? parsed.draft.nonce : null;
  const request = { channelId, author, nonce, fault: fault?.name ?? null };

  const refuse = (error: ApiError): Outcome => {
    world.ledger.append({ kind: 'refused', ...request, status: error.status, code: error.code });
    return { answer: refusal(error), ...played };
  };

  if (fault !== undefined && preventsPost(fault)) {
    if (fault.type === 'refusal') {
      const { status, code, message } = fault;
      if (code !== undefined) return refuse({ status, code, message });
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
  if (fault?.type === 'slow' && !fault.commits) await world.sleep(fault.delayMs);
  if ('error' in parsed) return refuse(parsed.error);

  const { draft } = parsed;
  const outcome = world.board.prepare(channelId, author, draft);
  if (outcome.kind === 'refused') return refuse(outcome.error);
  const { message } = outcome;
  const shown = { messageId: message.id, enforceNonce: draft.enforceNonce, content: draft.content, embeds: draft.embeds };
  world.ledger.append({ kind: outcome.kind, ...request, ...shown });
  if (outcome.kind === 'created') world.board.commit(message, draft);
  // The nonce comes back to its sender only; a message that is read later does not carry it.
  return { answer: { status: 200, body: nonce === null ? message : { ...message, nonce } }, ...played };
}
