import { inspect } from 'node:util';
import type { Logger } from '../contract/logger.js';

/**
 * Calls a function of the caller that is only told something. A bug in it changes no call: what it
 * throws, or rejects with, becomes a process warning (`process.on('warning')`).
 */
export function callHook<E>(hook: ((event: E) => unknown) | undefined, event: E): void {
  if (hook === undefined) return;
  try {
    warnOfRejection(hook(event));
  } catch (error) {
    warn(error);
  }
}

/** A logger of the caller whose bugs change no call. See {@link callHook}. */
export function safeLogger(logger: Logger): Logger {
  return {
    info: (line) => callHook((text: string) => logger.info(text), line),
    warn: (line) => callHook((text: string) => logger.warn(text), line),
    error: (line) => callHook((text: string) => logger.error(text), line),
  };
}

/**
 * Turns the rejection of what a caller's function returned into a process warning, where nobody
 * waits for it.
 */
export function warnOfRejection(result: unknown): void {
  if (isThenable(result)) result.then(undefined, warn);
}

/** Whether a value can be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(inspect(error)));
}
