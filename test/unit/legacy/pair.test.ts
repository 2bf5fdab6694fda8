import { describe, expect, it } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { MemoryPair } from '../../support/legacy/memory-pair.js';

describe("a bot's own get/set pair", () => {
  it('that answers false: the mark rejects', async () => {
    const store = new LegacyAdapterStore({ getState: async () => ({ sent: {} }), setState: async () => false });
    await expect(store.markSent('1', ['A'])).rejects.toMatchObject({ code: 'ADAPTER_REFUSED', retryable: false });
  });

  it.for(['getState', 'setState'] as const)(
    'whose %s rejects: the mark rejects, with the reason as its cause',
    async (method) => {
      const cause = new Error('disk on fire');
      const pair = Object.assign(new MemoryPair(), { [method]: () => Promise.reject(cause) });
      await expect(new LegacyAdapterStore(pair).markSent('1', ['A'])).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retryable: true,
        cause,
        message: `${method} of the legacy state failed: disk on fire`,
      });
    },
  );

  it('whose getState rejects or throws: nothing is offered', async () => {
    const cause = new Error('away');
    const rejecting = new LegacyAdapterStore({ getState: () => Promise.reject(cause), setState: async () => true });
    await expect(rejecting.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
    const throwing = new LegacyAdapterStore({
      getState: () => {
        throw cause;
      },
      setState: async () => true,
    });
    await expect(throwing.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
  });

  it('goes on after a refusal', async () => {
    const pair = new MemoryPair();
    const answers = [false, true];
    const store = new LegacyAdapterStore({
      getState: () => pair.getState(),
      setState: async (state) => answers.shift() === true && pair.setState(state),
    });
    const [first, second] = await Promise.allSettled([store.markSent('1', ['A']), store.markSent('1', ['B'])]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(pair.list('1')).toEqual(['B']);
  });

  it('that resolves to nothing: the state is kept', async () => {
    let state: unknown = { sent: {} };
    const store = new LegacyAdapterStore({
      getState: async () => state,
      setState: async (next) => {
        state = next;
      },
    });
    await store.markSent('1', ['a']);
    expect(state).toEqual({ sent: { '1': ['A'] } });
  });

  it('loses no mark of callers that do not wait for each other, over several stores', async () => {
    const pair = new MemoryPair();
    const stores = [new LegacyAdapterStore(pair), new LegacyAdapterStore(pair)];
    const codes = Array.from({ length: 40 }, (_, index) => `C${String(index).padStart(2, '0')}`);
    await Promise.all(codes.map((code, index) => stores[index % 2]!.markSent('1', [code])));
    expect(pair.list('1')).toEqual(codes);
  });

  it('tells one of two callers of the same code, and no more, that it made the mark', async () => {
    const pair = new MemoryPair();
    const stores = [new LegacyAdapterStore(pair), new LegacyAdapterStore(pair)];
    const results = await Promise.all(stores.map((store) => store.markSent('1', ['A'])));
    expect(results.map(({ marked }) => marked.length).sort()).toEqual([0, 1]);
  });

  it.for([undefined, null, {}, { getState: async () => ({}) }, 'path.json'])('must be one: %j is refused', (adapter) => {
    expect(() => new LegacyAdapterStore(adapter as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', argument: 'adapter' }),
    );
  });
});
