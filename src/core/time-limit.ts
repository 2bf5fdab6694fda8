/**
 * Settles as `work` does, or rejects with the error of `late` after `limitMs`. The work itself goes
 * on, because nothing can stop it; its late result is dropped.
 */
export async function withinLimit<T>(limitMs: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), limitMs);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for work, `limitMs` at most. Never rejects: the work reports its failures elsewhere. */
export async function waitAtMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  await withinLimit(limitMs, work, () => new Error(`No end after ${limitMs} ms.`)).catch(() => undefined);
}
