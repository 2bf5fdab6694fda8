import { SentCodeStoreError } from '../../contract/errors.js';
import { errorText } from '../../domain/error-text.js';
import { applyChange, type LegacyStateChange } from './state-change.js';
import { SerialQueue } from './serial-queue.js';

/**
 * The old bot's state behind a get/set pair. Calls to `setState` never overlap, and none begins between a `getState` and the `setState`
 * that follows from it, as far as this package makes them.
 */
export interface LegacyStatePair {
  /** The whole state: `{ channels, sent: { <guild>: [codes], global: [codes] }, … }`. A bot without a past answers `{ sent: {} }`. */
  getState(): Promise<unknown>;
  /** Keeps the whole state. Whatever it resolves to but `false` says that the state is kept; `false` is `ADAPTER_REFUSED`. */
  setState(state: unknown): Promise<unknown>;
  /** What the state is, for errors and for the name of a migration. */
  readonly description?: string;
}

/** The old bot's state where it can be changed in place, safe against other processes. */
export interface LegacyStateChanger {
  /** The whole state. */
  getState(): Promise<unknown>;
  /** Makes a change in one step, durable when it resolves. Resolves to the state as it was just before the change. */
  changeState(change: LegacyStateChange): Promise<unknown>;
  /** What the state is, for errors and for the name of a migration. */
  readonly description?: string;
}

/** Where the old bot's state is: a get/set pair of the bot's own, {@link legacyStateFile} or {@link legacyStateCollection}. */
export type LegacyStateAdapter = LegacyStatePair | LegacyStateChanger;

/** Whether a value is a {@link LegacyStateAdapter}, by its methods. */
export function isLegacyStateAdapter(value: unknown): value is LegacyStateAdapter {
  if (typeof value !== 'object' || value === null) return false;
  const { getState, setState, changeState } = value as Partial<LegacyStatePair & LegacyStateChanger>;
  return typeof getState === 'function' && (typeof setState === 'function' || typeof changeState === 'function');
}

/** The state, as the adapter has it. `STORE_UNAVAILABLE` if it rejects. */
export async function readState(adapter: LegacyStateAdapter): Promise<unknown> {
  return answerOf('getState', async () => adapter.getState());
}

/**
 * Makes a change and resolves to the state as it was just before. `ADAPTER_REFUSED` if `setState` answers `false`, `STORE_UNAVAILABLE` if
 * the adapter rejects: the change may have been made or not.
 */
export async function changeState(adapter: LegacyStateAdapter, change: LegacyStateChange): Promise<unknown> {
  if ('changeState' in adapter) return answerOf('changeState', async () => adapter.changeState(change));
  return queueOf(adapter).run(async () => {
    const before = await readState(adapter);
    const after = applyChange(before, change);
    if (after === before) return before;
    if ((await answerOf('setState', async () => adapter.setState(after))) === false) {
      throw new SentCodeStoreError('ADAPTER_REFUSED', 'setState answered false: the state was not kept, and nothing was marked.');
    }
    return before;
  });
}

// By adapter and not by store: two stores over one adapter would write over each other's marks.
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
