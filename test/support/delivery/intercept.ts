import type { SentCodeStore } from '../../../src/contract/store.js';

type Method = {
  [K in keyof SentCodeStore]: SentCodeStore[K] extends (...args: never[]) => unknown ? K : never;
}[keyof SentCodeStore];

type Interceptors = {
  readonly [K in Method]?: (call: SentCodeStore[K], ...args: Parameters<SentCodeStore[K]>) => ReturnType<SentCodeStore[K]>;
};

/** A store that notes the name of every call in `calls`, and lets a test come between a call and the store. */
export function intercept(store: SentCodeStore, interceptors: Interceptors = {}): SentCodeStore & { readonly calls: string[] } {
  const calls: string[] = [];
  return new Proxy(store, {
    get(target, property) {
      if (property === 'calls') return calls;
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        calls.push(String(property));
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        const interceptor = (interceptors as Record<PropertyKey, ((...args: unknown[]) => unknown) | undefined>)[property];
        return interceptor === undefined ? call(...args) : interceptor(call, ...args);
      };
    },
  }) as SentCodeStore & { readonly calls: string[] };
}
