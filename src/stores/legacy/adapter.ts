import { SentCodeStoreError } from '../../contract/errors.js';
import { errorText } from '../../domain/error-text.js';
import { applyChange, type LegacyStateChange } from './state-change.js';
import { SerialQueue } from './serial-queue.js';

/**
 * The old bot's state behind a get/set pair. This package calls the pair in turns: no two calls of
 * `setState` overlap, and nothing is written between a `getState` and its `setState`.
 */
export interface LegacyStatePair {
  /**
   * The whole state: `{ channels, sent: { <guild>: [codes], global: [codes] }, … }`. Before the
   * first code: `{ sent: {} }`.
   */
  getState(): Promise<unknown>;
  /**
   * Keeps the whole state. `false` says that the state was not kept (`ADAPTER_REFUSED`); any other
   * value says that it was.
   */
  setState(state: unknown): Promise<unknown>;
  /** What to call the state in errors, and in the name of a migration. */
  readonly description?: string;
}

/** The old bot's state, if it can be changed in place and safely against other processes. */
export interface LegacyStateChanger {
  /** The whole state. */
  getState(): Promise<unknown>;
  /**
   * Makes a change in one step. Durable when it resolves. Resolves to the state just before the
   * change.
   */
  changeState(change: LegacyStateChange): Promise<unknown>;
  /** What to call the state in errors, and in the name of a migration. */
  readonly description?: string;
}

/**
 * Access to the old bot's state: {@link legacyStateFile}, {@link legacyStateCollection}, or a
 * get/set pair of the bot's own.
 */
export type LegacyStateAdapter = LegacyStatePair | LegacyStateChanger;

/** Whether a value is a {@link LegacyStateAdapter}, by its methods. */
export function isLegacyStateAdapter(value: unknown): value is LegacyStateAdapter {
  if (typeof value !== 'object' || value === null) return false;
  const { getState, setState, changeState } = value as Partial<LegacyStatePair & LegacyStateChanger>;
  return typeof getState === 'function' && (typeof setState === 'function' || typeof changeState === 'function');
}

/** The state from the adapter. `STORE_UNAVAILABLE` if the adapter rejects. */
export async function readState(adapter: LegacyStateAdapter): Promise<unknown> {
  return answerOf('getState', async () => adapter.getState());
}

/**
 * Makes a change. Resolves to the state just before the change. `ADAPTER_REFUSED` if `setState`
 * resolves to `false`. `STORE_UNAVAILABLE` if the adapter rejects: then the change may have been
 * made or not.
 */
export async function changeState(adapter: LegacyStateAdapter, change: LegacyStateChange): Promise<unknown> {
  if ('changeState' in adapter) return answerOf('changeState', async () => adapter.changeState(change));
  return queueOf(adapter).run(async () => {
    const before = await readState(adapter);
    const after = applyChange(before, change);
    if (after === before) return before;
    if ((await answerOf('setState', async () => adapter.setState(after))) === false) {
      throw new SentCodeStoreError(
        'ADAPTER_REFUSED',
        'setState resolved to false: the state was not kept, and nothing was marked. Look at the adapter for the reason.',
      );
    }
    return before;
  });
}

// One queue for each adapter, not for each store: two stores on one adapter would overwrite each
// other's marks.
const queues = new WeakMap<LegacyStatePair, SerialQueue>();

function queueOf(adapter: LegacyStatePair): SerialQueue {
  const queue = queues.get(adapter) ?? new SerialQueue();
  queues.set(adapter, queue);
  return queue;
}

async function answerOf(method: string, call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof SentCodeStoreError) throw cause;
    throw new SentCodeStoreError('STORE_UNAVAILABLE', `${method} of the legacy state failed: ${errorText(cause)}`, {
      cause,
      retryable: true,
    });
  }
}
