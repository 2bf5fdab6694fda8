/** Something that changes, and that a test waits for. */
export class Watched {
  readonly #waiting = new Set<() => void>();

  /** To be called after each change. */
  readonly changed = (): void => {
    for (const look of [...this.#waiting]) look();
  };

  /** Resolves as soon as it holds. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}
