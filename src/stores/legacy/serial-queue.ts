/**
 * Runs tasks one after the other, in the order of the calls. After a failed task the next one runs.
 */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs a task after all earlier tasks. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task, task);
    this.#tail = result;
    return result;
  }
}
