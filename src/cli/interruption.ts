import { SentCodeStoreError } from '../contract/errors.js';

/** `ABORTED` after Ctrl-C, with what is done. */
export function throwIfStopped(signal: AbortSignal, done: string): void {
  if (signal.aborted) throw new SentCodeStoreError('ABORTED', `Stopped. ${done}`);
}
