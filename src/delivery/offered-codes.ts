import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from '../domain/describe.js';
import { checkCode } from '../domain/identity.js';
import { withDetail } from './explain.js';
import type { DeliveryItems } from './options.js';
import type { CodeReport } from './report.js';
import type { CodeOutcome } from './outcomes.js';

/** What a bot offers: each well-formed code once, and every item for the report. */
export class Offer<T> {
  /** The codes by identity, in the order of their first items. */
  readonly codes: ReadonlyMap<string, OfferedCode<T>>;
  /** Items whose code an earlier item has in another spelling, once for each spelling. */
  readonly folded: readonly FoldedItem[];
  readonly #identity: Identity;
  readonly #entries: readonly Entry<T>[];
  readonly #codeOf: (item: T) => string;
  #spellings: readonly string[] | undefined;

  constructor(items: DeliveryItems<T>, codeOf: ((item: T) => string) | undefined, identity: Identity) {
    checkItems(items);
    this.#identity = identity;
    // Without `codeOf` an item is its own code. The check of the code refuses anything but a
    // string.
    this.#codeOf = codeOf ?? ((item) => item as string);
    const codes = new Map<string, OfferedCode<T>>();
    const spellings = new Set<string>();
    const folded: FoldedItem[] = [];
    this.#entries = [...items].map((item, index): Entry<T> => {
      try {
        const spelling = this.#codeOf(item);
        const code = checkCode(spelling, identity, 'codes', index);
        const repeat = spellings.has(spelling);
        spellings.add(spelling);
        const sameAs = codes.get(code)?.spelling;
        if (sameAs === undefined) codes.set(code, { code, spelling, item });
        if (sameAs === undefined || sameAs === spelling) return { item, code, repeat };
        if (!repeat) folded.push({ code, spelling, sameAs });
        return { item, code, repeat, sameAs };
      } catch (error) {
        return {
          item,
          refusal: error instanceof InvalidInputError ? error : unreadable(item, `codes[${index}]`, error),
          repeat: false,
        };
      }
    });
    this.codes = codes;
    this.folded = folded;
  }

  /** The identity of a spelling that a store gave back. */
  identityOf(spelling: string): string {
    return this.#identity.normalize(spelling);
  }

  /** The spelling of each code, in the order of `codes`. */
  get spellings(): readonly string[] {
    this.#spellings ??= [...this.codes.values()].map(({ spelling }) => spelling);
    return this.#spellings;
  }

  /** The offered spellings of identities. An identity that was not offered is left out. */
  spellingsOf(identities: Iterable<string>): string[] {
    const spellings: string[] = [];
    for (const code of identities) {
      const offered = this.codes.get(code);
      if (offered !== undefined) spellings.push(offered.spelling);
    }
    return spellings;
  }

  /**
   * The identities of items that a bot's function chose. `INVALID_OPTION` if one was not offered.
   */
  identitiesOf(items: DeliveryItems<T>, argument: string): ReadonlySet<string> {
    if (!Array.isArray(items) && !(items instanceof Set)) {
      throw new InvalidInputError(
        'INVALID_OPTION',
        argument,
        `${argument} returned ${describe(items)}. Return an array or a Set of the items to send.`,
      );
    }
    const chosen = new Set([...items].map((item: T) => this.identityOf(this.#codeOf(item))));
    const stranger = [...chosen].find((code) => !this.codes.has(code));
    if (stranger === undefined) return chosen;
    throw new InvalidInputError(
      'INVALID_OPTION',
      argument,
      `${argument} chose ${describe(stranger)}, which was not offered. Return only items that it was given.`,
    );
  }

  /** The items of a message, by the spellings that a store gave back. */
  itemsOf(spellings: readonly string[]): T[] {
    const items: T[] = [];
    for (const spelling of spellings) {
      const offered = this.codes.get(this.identityOf(spelling));
      if (offered !== undefined) items.push(offered.item);
    }
    return items;
  }

  /** One entry for each item, from the outcome of each code. */
  report(outcomes: ReadonlyMap<string, CodeOutcome>): CodeReport<T>[] {
    return this.#entries.map((entry): CodeReport<T> => {
      const { item, repeat } = entry;
      if ('refusal' in entry) return { item, code: null, repeat, status: 'refused', error: entry.refusal };
      const outcome: CodeOutcome | undefined =
        entry.sameAs === undefined ? outcomes.get(entry.code) : { status: 'same-code', sameAs: entry.sameAs };
      if (outcome === undefined) throw new Error(`no outcome for ${describe(entry.code)}`);
      return { ...withDetail(outcome), item, code: entry.code, repeat };
    });
  }
}

/** An offered code. */
export interface OfferedCode<T> {
  /** Its identity. */
  readonly code: string;
  /** The code as the first item with it has it. */
  readonly spelling: string;
  /** The first item with this code. */
  readonly item: T;
}

/** An offered item whose code an earlier item has in another spelling. */
export interface FoldedItem {
  readonly code: string;
  readonly spelling: string;
  /** The spelling of the earlier item. */
  readonly sameAs: string;
}

type Entry<T> = { readonly item: T; readonly repeat: boolean } & (
  | { readonly code: string; readonly sameAs?: string }
  | { readonly refusal: InvalidInputError }
);

function unreadable(item: unknown, argument: string, cause: unknown): InvalidInputError {
  const message = `codeOf threw for ${argument}, ${describe(item)}: see the cause.`;
  return new InvalidInputError('INVALID_CODE', argument, message, { cause });
}

function checkItems(items: unknown): void {
  if (Array.isArray(items) || items instanceof Set) return;
  const hint =
    typeof items === 'string'
      ? 'A lone string would be read letter by letter: pass an array, even for one code.'
      : 'Pass an array or a Set.';
  throw new InvalidInputError('INVALID_CODES', 'codes', `codes is ${describe(items)}. ${hint}`);
}
