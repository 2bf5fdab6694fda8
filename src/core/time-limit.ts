/**
 * Settles as `work` does, or rejects with what `late` makes once `limitMs` have passed. The work
 * goes on, because nothing calls back what was begun; what becomes of it then is dropped.
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

/** Waits for work that reports its own failures elsewhere, `limitMs` at most. Never rejects. */
export async function waitAtMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  await withinLimit(limitMs, work, () => new Error(`No end after ${limitMs} ms.`)).catch(() => undefined);
}
