import type { Identity } from '../contract/identity.js';

/**
 * The identity that folds nothing: two codes are one only if every character is the same, white
 * space too. For codes whose case counts, and for ids of a feed's entries.
 *
 * @example
 * ```ts
 * import { exactIdentity, JsonFileStore } from 'sent-code-store';
 *
 * const store = new JsonFileStore({ path: './sent-codes.json', identity: exactIdentity });
 * ```
 */
export const exactIdentity: Identity = { name: 'exact', normalize: (code) => code };
