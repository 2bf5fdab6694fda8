import type { SpelledKey } from '../domain/codes.js';
import { describe } from '../domain/describe.js';
import { giftCodeIdentity } from '../domain/identity.js';
import type { ResolvedStoreOptions } from './options.js';

/** For one store: warns of the first link that it is asked about while its identity is the one of gift codes, which folds the case of links. */
export function linkWarning({ name, identity, logger }: ResolvedStoreOptions): (keys: readonly SpelledKey[]) => void {
  let isDue = identity.name === giftCodeIdentity.name;
  return (keys) => {
    const link = isDue ? keys.find(({ spelling }) => spelling.includes('://')) : undefined;
    if (link === undefined) return;
    isDue = false;
    logger.warn(
      `${name}: a code is ${describe(link.spelling)}, a link, and the identity "${identity.name}" does not tell upper from lower case: of two ` +
        'links that differ in case alone one is sent. Give a new store the option identity: urlIdentity(), and move to it as ' +
        'docs/identities.md says.',
    );
  };
}
