import type { SentCodeStore } from '../contract/store.js';
import type { CodeKey } from '../domain/codes.js';
import type { StoreMetadata } from '../core/driver.js';
import { anyPrimitivesOf } from '../core/store-as-driver.js';
import { primitivesOf } from '../core/primitives-of.js';

/**
 * A store as a target. A store that is not built on `AbstractSentCodeStore` cannot remember
 * migrations.
 */
export function targetOf(store: SentCodeStore): MigrationTarget {
  const primitives = anyPrimitivesOf(store);
  const metadata = store.supports.metadata ? primitivesOf(store)?.metadata : undefined;
  return {
    areSent: async (codes) => (await primitives.readKnown(codes)).map((record) => record?.state === 'sent'),
    mark: (codes) => primitives.markRecords(codes.map((code) => ({ ...code, source: SOURCE }))),
    ...(metadata && { metadata }),
  };
}

/**
 * The target of a migration. Codes are identities, without repeats in a call. Answers are in the
 * order of the codes.
 */
export interface MigrationTarget {
  /** Whether each code is sent. */
  areSent(codes: readonly MovedCode[]): Promise<readonly boolean[]>;
  /** Marks codes. Resolves to whether each was marked by this call. */
  mark(codes: readonly MovedCode[]): Promise<readonly boolean[]>;
  /** The target's metadata, if it has any. */
  readonly metadata?: StoreMetadata;
}

/** A mark to be made. */
export interface MovedCode extends CodeKey {
  /** ms since 1970. */
  readonly sentAt: number;
  readonly receipt?: string | undefined;
}

/** The source of every mark that a migration makes. */
const SOURCE = 'migration';
