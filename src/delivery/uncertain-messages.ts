import type { Claim } from '../contract/types.js';
import type { UncertainOutcome } from './report.js';
import type { Run } from './delivery-context.js';

/** The uncertain messages of a guild with at least one offered code, the oldest first. */
export async function findUncertain<T>(run: Run<T>, guildId: string): Promise<UncertainMessage[]> {
  const messages = new Map<string, { codes: string[]; ageMs: number | null }>();
  for await (const { code, messageId, ageMs } of run.store.listUncertain(guildId)) {
    const message = messages.get(messageId) ?? { codes: [], ageMs };
    message.codes.push(code);
    messages.set(messageId, message);
  }
  return [...messages.values()]
    .filter(({ codes }) => codes.some((code) => run.offer.codes.has(code)))
    .sort((a, b) => (b.ageMs ?? 0) - (a.ageMs ?? 0))
    .map(({ codes, ageMs }) => {
      const held = heldBecause(run, codes, ageMs);
      return { codes, ...(held && { held }) };
    });
}

/**
 * Takes one message for a retry, as it first was. Resolves to no claim if the store does not give
 * the message whole. One message at a time, because the lease starts here. More than one claim only
 * if the message was decided since it was listed, and its codes have become messages of their own.
 */
export async function takeMessage<T>(run: Run<T>, guildId: string, message: UncertainMessage): Promise<Claim[]> {
  const { leaseMs, retryWithinMs } = run.options;
  return run.store.takeUncertain(guildId, {
    codes: run.offer.spellingsOf(message.codes),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(retryWithinMs !== undefined && { withinMs: retryWithinMs }),
  });
}

/** An uncertain message with at least one code that is offered now. */
export interface UncertainMessage {
  /** Identities of the message's codes. */
  readonly codes: readonly string[];
  /** Why the message is held; absent if it may be retried. */
  readonly held?: UncertainOutcome['reason'];
}

function heldBecause<T>(
  { options, offer }: Run<T>,
  codes: readonly string[],
  ageMs: number | null,
): UncertainOutcome['reason'] | undefined {
  if (!codes.every((code) => offer.codes.has(code))) return 'incomplete';
  const { retryWithinMs } = options;
  if (retryWithinMs !== undefined && (ageMs === null || ageMs < 0 || ageMs > retryWithinMs)) return 'too-old';
  return undefined;
}
