/** A promise that a test settles. */
export interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A promise that a test settles. */
export function deferred(): Deferred {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((onSent, onFailed) => {
    resolve = onSent;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
