import type { Evidence, Lease, Of, Promises } from './evidence.js';

/**
 * How much earlier than its owner believes a lease may end, in ms: a server's clock counts whole
 * milliseconds, and is not slewed as the clock that the history was recorded with.
 */
const SLACK_MS = 5;

/**
 * One owner at a time. While an owner counts on its lease nobody else owns the code, nobody is
 * offered it or told that it is uncertain, and the owner is not told that it lost it. Once somebody
 * else has taken a code over, its owner of before is not told that it held it.
 */
export function brokenLeases(evidence: Evidence, promises: Promises): string[] {
  return [...evidence.leases].flatMap(([key, leases]) => {
    const live = leases.filter(({ call, until }) => call.end < until - SLACK_MS && (promises.reach === 'all' || call.healthy));
    const unheard = (evidence.kept.get(key) ?? []).flatMap((told) => takenOver(evidence, told, leases, promises));
    return live
      .flatMap((lease) => [
        ...otherOwners(evidence, lease, live, promises),
        ...offers(evidence, lease, promises),
        ...losses(evidence, lease).map((id) => `lease: ${id} was told that it lost ${key}, which ${lease.call.id} held`),
      ])
      .concat(unheard);
  });
}

/** Whether the code may have been forgotten and given to somebody else, or lost with a first store. */
function isExcused(evidence: Evidence, { key, call, until }: Lease): boolean {
  return (
    evidence.isForgotten(key, call.begin, until) ||
    evidence.isReplaced(key, call.bot, ['claimed', 'uncertain', 'sent'], call.begin, until)
  );
}

function otherOwners(evidence: Evidence, lease: Lease, all: readonly Lease[], promises: Promises): string[] {
  const others = all.filter(
    ({ token, call }) => token !== lease.token && call.end >= lease.call.end && call.end < lease.until - SLACK_MS,
  );
  return others
    .filter(({ call }) => evidence.reaches(lease.call, call, promises) && !isExcused(evidence, lease))
    .map(({ call }) => `lease: ${call.id} owns ${lease.key} while ${lease.call.id} does`);
}

function offers(evidence: Evidence, lease: Lease, promises: Promises): string[] {
  return (evidence.unsent.get(lease.key) ?? [])
    .filter(({ state }) => state === 'free' || state === 'uncertain')
    .filter(({ call }) => call.begin > lease.call.end && call.end < lease.until - SLACK_MS)
    .filter(({ call }) => evidence.reaches(lease.call, call, promises) && !isExcused(evidence, lease))
    .map(({ call, state }) => `lease: ${call.id} was told that ${lease.key} is ${state} while ${lease.call.id} owns it`);
}

function losses(evidence: Evidence, lease: Lease): string[] {
  return (evidence.lost.get(lease.key) ?? [])
    .filter(({ token, call }) => token === lease.token && call.begin > lease.call.end && call.end < lease.until - SLACK_MS)
    .filter(() => !isExcused(evidence, lease))
    .map(({ call }) => call.id);
}

function takenOver(evidence: Evidence, { key, token, call }: Of<'kept'>, leases: readonly Lease[], promises: Promises): string[] {
  const own = leases.filter((lease) => lease.token === token && lease.call.end < call.begin);
  const others = leases.filter((lease) => lease.token !== token && lease.call.end < call.begin);
  return others
    .filter((other) => own.every((lease) => lease.call.end < other.call.begin && evidence.reaches(other.call, call, promises)))
    .filter((other) => !evidence.isReplaced(key, call.bot, ['claimed', 'uncertain'], other.call.begin, call.end))
    .map((other) => `lease: ${call.id} was told that it held ${key}, which ${other.call.id} had taken over`);
}
