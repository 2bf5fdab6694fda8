import type { SendContext } from '../../../src/delivery/options.js';
import type { CodeReport, SendReport } from '../../../src/delivery/report.js';

/** A `send` that notes its messages, and does what the test says before it settles. */
export class Recorder<T = string> {
  readonly messages: { readonly items: readonly T[]; readonly context: SendContext }[] = [];
  readonly #behaviour: (context: SendContext, items: readonly T[]) => unknown;

  constructor(behaviour: (context: SendContext, items: readonly T[]) => unknown = () => undefined) {
    this.#behaviour = behaviour;
  }

  readonly send = async (items: T[], context: SendContext): Promise<void> => {
    this.messages.push({ items: [...items], context });
    await this.#behaviour(context, items);
  };

  /** The items of each message. */
  get sent(): (readonly T[])[] {
    return this.messages.map(({ items }) => items);
  }
}

/** What became of each code, by identity, in short. A `same-code` entry says nothing of the code. */
export function statuses<T>(report: SendReport<T>): Record<string, string> {
  const telling = report.codes.filter(({ status }) => status !== 'same-code');
  return Object.fromEntries(telling.map((code) => [String(code.code), code.status]));
}

/** The entry of a code in a report. */
export function entryOf<T>(report: SendReport<T>, code: string): CodeReport<T> {
  const entry = report.codes.find((each) => each.code === code);
  if (entry === undefined) throw new Error(`the report has no ${code}`);
  return entry;
}
