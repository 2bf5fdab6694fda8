import { UsageError } from './usage-error.js';

/** The options of a call, as cac gives them: camelCase, without the markers of `readArguments`. */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether a switch is on. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option; `undefined` where it is not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    if (Array.isArray(value)) throw new UsageError(`--${name} is given more than once.`);
    return typeof value === 'string' ? value : undefined;
  }

  /** All values of an option, for whoever must not fail. */
  texts(name: string): string[] {
    return [this.#values[name]].flat().filter((value) => typeof value === 'string');
  }

  /** The value of an option that is a whole number. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} is ${JSON.stringify(text)}. Pass a whole number.`);
    return Number(text);
  }

  /** The value of an option that is one of some words. */
  word<const W extends string>(name: string, words: readonly W[]): W | undefined {
    const text = this.text(name);
    const word = words.find((each) => each === text);
    if (text === undefined || word !== undefined) return word;
    throw new UsageError(`--${name} is ${JSON.stringify(text)}. Pass ${words.join(' or ')}.`);
  }
}
