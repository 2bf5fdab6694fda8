import type { SpelledKey } from '../domain/codes.js';
import { describe } from '../domain/describe.js';
import { giftCodeIdentity } from '../domain/identity.js';
import type { ResolvedStoreOptions } from './options.js';

/**
 * For one store: warns once of a code that is a link, if the identity is `giftCodeIdentity`. That
 * identity folds case, and the case of a link counts.
 */
export function linkWarning({ name, identity, logger }: ResolvedStoreOptions): (keys: readonly SpelledKey[]) => void {
  let isDue = identity.name === giftCodeIdentity.name;
  return (keys) => {
    const link = isDue ? keys.find(({ spelling }) => spelling.includes('://')) : undefined;
    if (link === undefined) return;
    isDue = false;
    logger.warn(
      `${name}: a code is a link, ${describe(link.spelling)}, and the identity "${identity.name}" does not tell upper from lower case. ` +
        'Of two links that differ only in case, one is sent. Make a new store with the option identity: urlIdentity(), and move ' +
        'to it: see docs/identities.md.',
    );
  };
}
