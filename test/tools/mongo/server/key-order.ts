/**
 * The keys of a collection in order, for ranges of `_id`. Sorting waits until a range is asked for, so that many inserts in a row cost one
 * merge. Keys of removed documents stay: the collection looks each one up anyway.
 */
export class KeyOrder {
  #sorted: string[] = [];
  readonly #added = new Set<string>();

  add(key: string): void {
    this.#added.add(key);
  }

  /** The keys from `low` to `high`, both included. */
  range(low: string, high: string): string[] {
    this.#merge();
    return this.#sorted.slice(this.#firstFrom(low), this.#firstAfter(high));
  }

  #merge(): void {
    if (this.#added.size === 0) return;
    const fresh = [...this.#added].filter((key) => this.#sorted[this.#firstFrom(key)] !== key);
    // The longer part is in order already, which makes this nearly linear.
    this.#sorted = [...this.#sorted, ...fresh].sort();
    this.#added.clear();
  }

  #firstFrom(key: string): number {
    return this.#bisect((candidate) => candidate >= key);
  }

  #firstAfter(key: string): number {
    return this.#bisect((candidate) => candidate > key);
  }

  #bisect(passes: (key: string) => boolean): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (passes(this.#sorted[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
