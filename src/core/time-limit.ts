import { SentCodeStoreError } from '../contract/errors.js';

/** Runs a call under a limit in ms; `STORE_TIMEOUT` after it. What was begun goes on, and what becomes of it is dropped. */
export async function withinLimit<T>(limitMs: number, name: string, begin: () => Promise<T>): Promise<T> {
  const work = begin();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // Whoever gave up cannot be told of a later failure.
      work.catch(() => undefined);
      reject(
        new SentCodeStoreError(
          'STORE_TIMEOUT',
          `${name} did not answer within ${limitMs} ms. The operation may still take effect.`,
          {
            retryable: true,
          },
        ),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for work that goes on by itself, but no longer than a limit in ms. The work reports its failures elsewhere. */
export async function waitAtMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  try {
    await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
