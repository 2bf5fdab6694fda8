import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from '../domain/describe.js';
import { checkCode } from '../domain/identity.js';
import { withDetail } from './explain.js';
import type { DeliveryItems } from './options.js';
import type { CodeOutcome, CodeReport } from './report.js';

/** An offered code. */
export interface OfferedCode<T> {
  /** Its identity. */
  readonly code: string;
  /** As the first item with this code has it. */
  readonly spelling: string;
  /** The first item with this code. */
  readonly item: T;
}

type Entry<T> = { readonly item: T; readonly repeat: boolean } & (
  { readonly code: string } | { readonly refusal: InvalidInputError }
);

/** What a bot offers: its well-formed codes once each, and enough to answer for every item. */
export class Offer<T> {
  /** The codes by identity, in the order of their first items. */
  readonly codes: ReadonlyMap<string, OfferedCode<T>>;
  readonly #identity: Identity;
  readonly #entries: readonly Entry<T>[];
  readonly #codeOf: (item: T) => string;

  constructor(items: DeliveryItems<T>, codeOf: ((item: T) => string) | undefined, identity: Identity) {
    checkItems(items);
    this.#identity = identity;
    // Without `codeOf` an item has to be its own code; anything else is refused by the check of the code.
    this.#codeOf = codeOf ?? ((item) => item as string);
    const codes = new Map<string, OfferedCode<T>>();
    this.#entries = [...items].map((item, index): Entry<T> => {
      const argument = `codes[${index}]`;
      try {
        const spelling = this.#codeOf(item);
        const code = checkCode(spelling, identity, argument);
        const repeat = codes.has(code);
        if (!repeat) codes.set(code, { code, spelling, item });
        return { item, code, repeat };
      } catch (error) {
        return { item, refusal: error instanceof InvalidInputError ? error : unreadable(item, argument, error), repeat: false };
      }
    });
    this.codes = codes;
  }

  /** The identity of a spelling that a store gave back. */
  identityOf(spelling: string): string {
    return this.#identity.normalize(spelling);
  }

  /** Codes as they were offered, by identity; those that were not are left out. */
  spellingsOf(identities: Iterable<string>): string[] {
    return [...identities].flatMap((code) => this.codes.get(code)?.spelling ?? []);
  }

  /** The identities of items that a bot's function chose. `INVALID_OPTION` if one was not offered. */
  identitiesOf(items: DeliveryItems<T>, argument: string): ReadonlySet<string> {
    if (!Array.isArray(items) && !(items instanceof Set)) {
      throw new InvalidInputError(
        'INVALID_OPTION',
        argument,
        `${argument} answered ${describe(items)}. It must give an array or a Set of the items that are to be sent.`,
      );
    }
    const chosen = new Set([...items].map((item: T) => this.identityOf(this.#codeOf(item))));
    const stranger = [...chosen].find((code) => !this.codes.has(code));
    if (stranger === undefined) return chosen;
    throw new InvalidInputError('INVALID_OPTION', argument, `${argument} chose ${describe(stranger)}, which was not offered.`);
  }

  /** The items of a message, by what a store calls its codes. */
  itemsOf(spellings: readonly string[]): T[] {
    return spellings.flatMap((spelling) => {
      const offered = this.codes.get(this.identityOf(spelling));
      return offered === undefined ? [] : [offered.item];
    });
  }

  /** One entry for each item, from what became of each code. */
  report(outcomes: ReadonlyMap<string, CodeOutcome>): CodeReport<T>[] {
    return this.#entries.map((entry): CodeReport<T> => {
      const { item, repeat } = entry;
      if ('refusal' in entry) return { item, code: null, repeat, status: 'refused', error: entry.refusal };
      const outcome = outcomes.get(entry.code);
      if (outcome === undefined) throw new Error(`no outcome for ${describe(entry.code)}`);
      return { ...withDetail(outcome), item, code: entry.code, repeat };
    });
  }
}

function unreadable(item: unknown, argument: string, cause: unknown): InvalidInputError {
  const message = `codeOf, or the identity of the store, threw for ${argument}, ${describe(item)}.`;
  return new InvalidInputError('INVALID_CODE', argument, message, { cause });
}

function checkItems(items: unknown): void {
  if (Array.isArray(items) || items instanceof Set) return;
  const hint =
    typeof items === 'string'
      ? 'A lone string would be taken for its letters: pass an array, even for one code.'
      : 'Pass an array or a Set.';
  throw new InvalidInputError('INVALID_CODES', 'codes', `codes is ${describe(items)}. ${hint}`);
}
