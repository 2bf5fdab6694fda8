import { allOf } from './facts.js';
import { type Evidence, guildOf, type Of, type Promises } from './evidence.js';
import type { Call } from '../history.js';

/**
 * Sent is for ever. What somebody was told is sent is never said to be anything else afterwards, is
 * in every listing that begins afterwards, and was made so by one caller, whose source stays.
 */
export function brokenMarks(evidence: Evidence, promises: Promises): string[] {
  return [
    ...[...evidence.unsent.values()].flat().flatMap((told) => denials(evidence, told, promises)),
    ...evidence.listings.flatMap((listing) => gaps(evidence, listing, promises)),
    ...evidence.guilds.flatMap((listing) => missingGuilds(evidence, listing, promises)),
    ...(promises.firstMarkWins ? [...secondMarks(evidence), ...otherSources(evidence)] : []),
  ];
}

/** The call that was told before another one began that a code is sent, if nothing can have changed that since. */
function toldBefore(evidence: Evidence, key: string, later: Call, promises: Promises): Call | undefined {
  return evidence.sent
    .get(key)
    ?.find(
      ({ call }) =>
        call.end < later.begin &&
        evidence.reaches(call, later, promises) &&
        !evidence.isForgotten(key, call.begin, later.end) &&
        !evidence.isReplaced(key, call.bot, ['sent'], call.begin, later.end),
    )?.call;
}

function denials(evidence: Evidence, { key, state, call }: Of<'unsent'>, promises: Promises): string[] {
  const told = toldBefore(evidence, key, call, promises);
  return told === undefined
    ? []
    : [`sent: ${call.id} was told that ${key} is ${state}, after ${told.id} was told that it is sent`];
}

function gaps(evidence: Evidence, { guildId, keys, total, call }: Of<'listing'>, promises: Promises): string[] {
  const known = [...evidence.sent.keys()].filter((key) => guildOf(key) === guildId);
  const told = known.filter((key) => toldBefore(evidence, key, call, promises) !== undefined);
  const missing = told.filter((key) => keys !== undefined && !keys.has(key));
  const lines = missing.map((key) => `sent: ${call.id} does not list ${key}, which is sent`);
  return told.length > total
    ? [...lines, `sent: ${call.id} counts ${total} of guild ${guildId}, and ${told.length} are sent`]
    : lines;
}

function missingGuilds(evidence: Evidence, { guildIds, call }: Of<'guilds'>, promises: Promises): string[] {
  const listed = new Set(guildIds);
  const missing = [...evidence.sent.keys()].filter(
    (key) => !listed.has(guildOf(key)) && toldBefore(evidence, key, call, promises) !== undefined,
  );
  return missing.map((key) => `sent: ${call.id} does not list the guild of ${key}, which is sent`);
}

function secondMarks(evidence: Evidence): string[] {
  return [...evidence.marked]
    .filter(([key, all]) => all.length > 1 + evidence.forgets(key))
    .map(([key, all]) => `marked: ${all.map(({ call }) => call.id).join(' and ')} were each told that they marked ${key}`);
}

/** The source that is kept is that of the one who marked the code, and never changes. */
function otherSources(evidence: Evidence): string[] {
  return [...evidence.sent].flatMap(([key, all]) => {
    if (evidence.forgets(key) > 0 || evidence.forgets(allOf(guildOf(key))) > 0) return [];
    const sources = new Set(all.map(({ source }) => source).filter((source) => source !== undefined));
    const [maker] = evidence.marked.get(key) ?? [];
    if (sources.size > 0 && maker !== undefined) sources.add(maker.source);
    return sources.size <= 1 ? [] : [`marked: ${key} has more than one first mark: ${[...sources].join(', ')}`];
  });
}
