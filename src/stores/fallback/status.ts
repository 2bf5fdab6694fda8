import { isBelieved } from './chain/authority.js';
import { withErrorJson } from '../../domain/error-json.js';
import type { Chain } from './chain/chain.js';
import type { FallbackStatus, MemberStatus } from './events.js';
import type { Member } from './chain/member.js';
import { Mirror } from './chain/mirror.js';
import { Witness } from './chain/witness.js';

/** A chain at this moment. */
export function chainStatus(chain: Chain): FallbackStatus {
  return { state: stateOf(chain), stores: chain.members.map((member) => memberStatus(chain, member)) };
}

function stateOf(chain: Chain): FallbackStatus['state'] {
  if (chain.first.up)
    return isBelieved(chain) && !chain.mirrors.some((mirror) => mirror.pending.codeCount > 0) ? 'healthy' : 'recovering';
  return chain.mirrors.some((mirror) => mirror.up) ? 'degraded' : 'failed';
}

function memberStatus(chain: Chain, member: Member): MemberStatus {
  const mirror = member instanceof Mirror ? member : undefined;
  return withErrorJson({
    name: member.name,
    role: member === chain.first ? 'first' : mirror === undefined ? 'witness' : 'mirror',
    up: member.up,
    ...(!member.up && { error: member.lastError }),
    pending: mirror?.pending.codeCount ?? 0,
    missed: member instanceof Witness ? member.missedCodes : 0,
    copiedGuilds: mirror?.coverage.coveredGuilds ?? 0,
    foreignGuilds: mirror?.coverage.foreignGuilds.size ?? 0,
  });
}
