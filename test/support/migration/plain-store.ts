import type { SentCodeStore } from '../../../src/contract/store.js';
import { intercept } from '../delivery/intercept.js';

/** A store that offers the contract's methods and no others: what somebody writes who does not build on this package's base. */
export function plainStore(
  store: SentCodeStore,
  interceptors: Parameters<typeof intercept>[1] = {},
): ReturnType<typeof intercept> {
  // `instanceof` asks for the prototype.
  return new Proxy(intercept(store, interceptors), { getPrototypeOf: () => Object.prototype });
}
