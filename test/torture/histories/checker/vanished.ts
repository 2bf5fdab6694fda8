import type { Evidence, Lease, Of, Promises } from './evidence.js';

/**
 * Nothing vanishes. A code that somebody claimed is claimed, uncertain or sent until its owner gives
 * it back, somebody decides that it did not arrive, or somebody forgets it. A code that is free
 * without any of that was lost on the way.
 */
export function vanishedCodes(evidence: Evidence, promises: Promises): string[] {
  return [...evidence.leases].flatMap(([key, leases]) => {
    const free = (evidence.unsent.get(key) ?? []).filter(({ state }) => state === 'free');
    return leases.flatMap((lease) =>
      free
        .filter(({ call }) => call.begin > lease.call.end && evidence.reaches(lease.call, call, promises))
        .filter(({ call }) => !isExplained(evidence, lease, leases, call.end))
        .map(
          ({ call }) => `vanished: ${call.id} was told that ${key} is free, which ${lease.call.id} claimed and nobody gave back`,
        ),
    );
  });
}

function isExplained(evidence: Evidence, lease: Lease, all: readonly Lease[], to: number): boolean {
  const { key, call } = lease;
  // Who gives a code back has claimed it: before, under the same token, or since.
  const mayHold = ({ by, token }: Of<'removal'>): boolean =>
    by !== 'release' || all.some((other) => other.token === token && (token === lease.token || other.call.end >= call.begin));
  return (
    evidence.removals(key, call.begin, to).some(mayHold) ||
    evidence.isReplaced(key, call.bot, ['claimed', 'uncertain', 'sent'], call.begin, to)
  );
}
