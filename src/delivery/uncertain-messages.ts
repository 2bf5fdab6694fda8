import type { TakenClaim } from '../contract/claims.js';
import { askMemoryOf } from './ask-memory.js';
import { DEFAULT_SETTLE_MS } from './ask-platform.js';
import type { Run } from './delivery-context.js';
import type { UncertainOutcome } from './outcomes.js';

/**
 * The uncertain messages of a guild, the oldest first, and what is to be done about each. Without
 * `findDelivery` only those with an offered code.
 */
export async function findUncertain<T>(run: Run<T>, guildId: string): Promise<ListedMessage[]> {
  const messages = new Map<string, Listed>();
  for await (const { code, messageId, size, target, ageMs, idleMs } of run.store.listUncertain(guildId)) {
    const message = messages.get(messageId) ?? { messageId, codes: [], size, target, ageMs, idleMs };
    message.codes.push(code);
    messages.set(messageId, message);
  }
  const asks = run.options.findDelivery !== undefined;
  if (asks) askMemoryOf(run.store).noteGuild(guildId, messages.size > 0, run.clock);
  return [...messages.values()]
    .filter(({ codes }) => asks || codes.some((code) => run.offer.codes.has(code)))
    .sort((a, b) => (b.ageMs ?? 0) - (a.ageMs ?? 0))
    .map((message): ListedMessage => {
      const { messageId, codes } = message;
      const held = heldBecause(run, guildId, message);
      if (held === undefined) return { messageId, codes, next: 'retry' };
      if (!asks) return { messageId, codes, next: 'hold', outcome: { status: 'uncertain', reason: held } };
      return { messageId, codes, ...whenToAsk(run, message, held) };
    });
}

/**
 * Takes one message for a retry, as it first was. Resolves to no claim if the store does not give
 * the message whole. One message at a time, because the lease starts here. More than one claim only
 * if the message was decided since it was listed, and its codes have become messages of their own.
 */
export async function takeMessage<T>(run: Run<T>, guildId: string, message: ListedMessage): Promise<TakenClaim[]> {
  const { leaseMs, retryWithinMs } = run.options;
  return run.store.takeUncertain(guildId, {
    codes: run.offer.spellingsOf(message.codes),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(retryWithinMs !== undefined && { withinMs: retryWithinMs }),
  });
}

/** Takes what is left of one message, to ask the platform. No claim: somebody else has it. */
export async function takeToAsk<T>(run: Run<T>, guildId: string, messageId: string): Promise<TakenClaim | undefined> {
  const { leaseMs } = run.options;
  const options = { messageId, purpose: 'ask', ...(leaseMs !== undefined && { leaseMs }) } as const;
  return (await run.store.takeUncertain(guildId, options))[0];
}

/** How long it is until a request of the last try cannot arrive any more, in ms. */
export function unsettledMs<T>({ options }: Run<T>, { idleMs }: { readonly idleMs: number | null }): number {
  // Without its end only a message that is found decides, and a late one is found later.
  return idleMs === null ? 0 : Math.max(0, (options.settleMs ?? DEFAULT_SETTLE_MS) - idleMs);
}

/** A message that stays undecided until the platform is asked, in some ms. */
export function waiting<T>({ clock }: Run<T>, reason: UncertainOutcome['reason'], ms: number): UncertainOutcome {
  return { status: 'uncertain', reason, nextAskAt: new Date(clock.now() + ms) };
}

/** An uncertain message, and what this call does about it. */
export type ListedMessage = {
  readonly messageId: string;
  /** Identities of the codes that are left of the message. */
  readonly codes: readonly string[];
} & (
  | { readonly next: 'retry' }
  /** `outcome` is reported unless the call does something about the message. */
  | { readonly next: 'ask' | 'hold'; readonly outcome: UncertainOutcome }
);

interface Listed {
  readonly messageId: string;
  readonly codes: string[];
  readonly size: number;
  readonly target: string | null;
  readonly ageMs: number | null;
  readonly idleMs: number | null;
}

function whenToAsk<T>(
  run: Run<T>,
  message: Listed,
  held: UncertainOutcome['reason'],
): { readonly next: 'ask' | 'hold'; readonly outcome: UncertainOutcome } {
  const unsettled = unsettledMs(run, message);
  if (unsettled > 0) return { next: 'hold', outcome: waiting(run, 'unsettled', unsettled) };
  const wait = askMemoryOf(run.store).waitMs(message.messageId, run.clock);
  if (wait > 0) return { next: 'hold', outcome: waiting(run, 'no-evidence', wait) };
  return { next: 'ask', outcome: { status: 'uncertain', reason: held } };
}

/** Why a message may not be sent again without knowing; `undefined` if it may. */
function heldBecause<T>(run: Run<T>, guildId: string, message: Listed): UncertainOutcome['reason'] | undefined {
  const { onUncertain, retryWithinMs } = run.options;
  const { codes, size, ageMs, target } = message;
  if (onUncertain !== 'retry') return 'held';
  if (codes.length < size || !codes.every((code) => run.offer.codes.has(code))) return 'incomplete';
  if (retryWithinMs !== undefined && (ageMs === null || ageMs < 0 || ageMs > retryWithinMs)) return 'too-old';
  // A nonce is known at its own target only, and so is a message that arrived there.
  const now = run.targetOf(guildId);
  return target === null || now === undefined || target === now ? undefined : 'other-target';
}
