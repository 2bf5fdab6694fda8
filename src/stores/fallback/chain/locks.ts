/**
 * Shared and exclusive locks by name, within this process, first come first served. A call takes
 * its place under all its names at once, so calls with several names cannot deadlock.
 */
export class Locks {
  readonly #lanes = new Map<string, Lane>();

  /** Runs work beside other shared work under the same names. */
  shared<T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> {
    return this.#run(new Set(names), false, work);
  }

  /** Runs work while nothing else runs under these names. */
  exclusive<T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> {
    return this.#run(new Set(names), true, work);
  }

  async #run<T>(names: ReadonlySet<string>, exclusive: boolean, work: () => Promise<T>): Promise<T> {
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (finish = resolve));
    const before: Promise<void>[] = [];
    for (const name of names) {
      const lane = this.#lanes.get(name) ?? { exclusive: undefined, shared: new Set() };
      this.#lanes.set(name, lane);
      if (lane.exclusive !== undefined) before.push(lane.exclusive);
      if (exclusive) {
        before.push(...lane.shared);
        lane.exclusive = done;
        lane.shared = new Set();
      } else {
        lane.shared.add(done);
      }
    }
    try {
      await Promise.all(before);
      return await work();
    } finally {
      for (const name of names) this.#leave(name, done);
      finish();
    }
  }

  #leave(name: string, done: Promise<void>): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.shared.delete(done);
    if (lane.exclusive === done) lane.exclusive = undefined;
    if (lane.exclusive === undefined && lane.shared.size === 0) this.#lanes.delete(name);
  }
}

interface Lane {
  exclusive: Promise<void> | undefined;
  shared: Set<Promise<void>>;
}
