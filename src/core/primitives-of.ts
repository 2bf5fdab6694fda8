import type { StorePrimitives } from './driver.js';

/**
 * Where a store that is built on {@link AbstractSentCodeStore} keeps its primitives. A registered
 * symbol, because one process may hold two copies of this package (ESM and CommonJS); numbered,
 * because a later version may mean other primitives.
 */
export const PRIMITIVES: unique symbol = Symbol.for('sent-code-store.primitives.1') as never;

/** The primitives of one store. */
export interface OwnPrimitives {
  /** The store. An object that inherits from it, or wraps it, may do other things in its methods. */
  readonly owner: object;
  /** Open before each call, counted by `close`, for batches of any length. */
  readonly primitives: StorePrimitives;
}

/**
 * The primitives of a store, open before each call and counted by `close`, for batches of any
 * length: how a store that is built of others (a chain, a copy) reaches its members. `undefined` of
 * a store that is not built on {@link AbstractSentCodeStore}, or that wraps one.
 */
export function primitivesOf(store: object): StorePrimitives | undefined {
  const own = (store as { readonly [PRIMITIVES]?: OwnPrimitives })[PRIMITIVES];
  return own?.owner === store ? own.primitives : undefined;
}
