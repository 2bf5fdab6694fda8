import type { SentCodeStore } from '../../../src/contract/store.js';
import type { StorePrimitives } from '../../../src/core/driver.js';
import { primitivesOf } from '../../../src/core/primitives-of.js';

/** The primitives of a store that has them. */
export function openPrimitives(store: SentCodeStore): StorePrimitives {
  const primitives = primitivesOf(store);
  if (primitives === undefined) throw new Error(`${store.name} has no primitives`);
  return primitives;
}
