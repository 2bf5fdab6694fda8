import type { StorePrimitives } from './driver.js';

/**
 * The property with the primitives of a store on {@link AbstractSentCodeStore}. A registered
 * symbol, because one process may hold two copies of this package (ESM and CommonJS). Numbered,
 * because a later version may mean other primitives.
 */
export const PRIMITIVES: unique symbol = Symbol.for('sent-code-store.primitives.1') as never;

/** The primitives of one store. */
export interface OwnPrimitives {
  /**
   * The store itself. An object that inherits from the store, or wraps it, may do other things in
   * its methods.
   */
  readonly owner: object;
  /** Each call opens the store first, and `close` waits for it. A batch may have any length. */
  readonly primitives: StorePrimitives;
}

/**
 * The primitives of a store, for a caller that is built of other stores (a chain, a copy). Each
 * call opens the store first and is waited for by `close`; a batch may have any length. `undefined`
 * for a store that is not built on {@link AbstractSentCodeStore}, or that wraps such a store.
 */
export function primitivesOf(store: object): StorePrimitives | undefined {
  const own = (store as { readonly [PRIMITIVES]?: OwnPrimitives })[PRIMITIVES];
  return own?.owner === store ? own.primitives : undefined;
}
