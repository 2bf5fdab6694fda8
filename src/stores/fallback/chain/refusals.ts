import { AllStoresFailedError, NotAuthoritativeError } from '../../../contract/errors.js';
import { errorText } from '../../../domain/error-text.js';
import type { Chain } from './chain.js';

/** `ALL_STORES_FAILED`: one error for each member. Also logs the line that operators search for. */
export function allFailed(chain: Chain): AllStoresFailedError {
  const errors = chain.members.map((member) => member.lastError);
  const texts = chain.members.map((member, index) => `${member.name}: ${errorText(errors[index])}`).join(' | ');
  chain.tell({ type: 'all-stores-failed', errors });
  return new AllStoresFailedError(`${chain.options.name}: no store can take the call. ${texts}`, errors);
}

/** `NOT_AUTHORITATIVE`: why no store may say "unsent" of a guild. */
export function notAuthoritative(chain: Chain, guildId: string): NotAuthoritativeError {
  const { name } = chain.options;
  const unread = chain.mirrors.find((mirror) => !mirror.joined);
  if (chain.first.up) {
    return unread === undefined
      ? refusal(guildId, `${name}: ${chain.first.name} does not have everything from an outage yet`, undefined)
      : refusal(guildId, `${name}: ${unread.name} may remember codes of an outage and cannot be read`, unread.lastError);
  }
  const up = chain.mirrors.filter((mirror) => mirror.up);
  const reason =
    chain.settings.whenDegraded === 'hold'
      ? 'whenDegraded is "hold"'
      : up.length === 0
        ? 'no store that is up may stand in for it'
        : up.some((mirror) => mirror.coverage.covers(guildId))
          ? up.some((mirror) => mirror.neighbours.live)
            ? 'another process with a mirror of its own writes too'
            : 'another process writes this guild too'
          : 'no store that is up has all records of this guild';
  return refusal(guildId, `${name}: ${chain.first.name} is away, and ${reason}`, chain.first.lastError);
}

function refusal(guildId: string, reason: string, cause: unknown): NotAuthoritativeError {
  const because = cause === undefined ? '' : ` (${errorText(cause)})`;
  return new NotAuthoritativeError(`${reason}: no store may say "unsent" for guild ${guildId}.${because}`, guildId, { cause });
}
