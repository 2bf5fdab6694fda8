import type { Claim } from '../contract/types.js';
import type { UncertainOutcome } from './report.js';
import type { Run } from './delivery-context.js';

/** An uncertain message of which something is offered now. */
export interface UncertainMessage {
  /** Identities of its codes. */
  readonly codes: readonly string[];
  /** Why it is not to be retried, as far as that can be told without taking it. */
  readonly held?: UncertainOutcome['reason'];
}

/** The uncertain messages of a guild of which something is offered, the oldest first. */
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

/**
 * Takes one message for a retry, as it first was. Nothing if the store does not give it whole. One message at a time, because its
 * lease runs from here; more claims than one only if it was decided and its codes became messages of their own since it was
 * listed.
 */
export async function takeMessage<T>(run: Run<T>, guildId: string, message: UncertainMessage): Promise<Claim[]> {
  const { leaseMs, retryWithinMs } = run.options;
  return run.store.takeUncertain(guildId, {
    codes: run.offer.spellingsOf(message.codes),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(retryWithinMs !== undefined && { withinMs: retryWithinMs }),
  });
}
