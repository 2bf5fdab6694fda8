import type { SentCodeStore } from '../contract/store.js';
import type { CodeKey } from '../domain/codes.js';
import type { StoreMetadata } from '../core/driver.js';
import { anyPrimitivesOf } from '../core/store-as-driver.js';
import { primitivesOf } from '../core/primitives-of.js';

/** The source of every mark that a migration makes. */
const SOURCE = 'migration';

/** A mark to be made. */
export interface MovedCode extends CodeKey {
  /** ms since 1970. */
  readonly sentAt: number;
}

/** A store as the migration fills it. Codes are identities, without repeats in a call; answers are aligned with them. */
export interface MigrationTarget {
  /** Whether each code is sent. */
  areSent(codes: readonly MovedCode[]): Promise<readonly boolean[]>;
  /** Marks codes. Resolves to whether each was marked by this call. */
  mark(codes: readonly MovedCode[]): Promise<readonly boolean[]>;
  /** Absent if the store keeps none. */
  readonly metadata?: StoreMetadata;
}

/** A store as a target. One that is not built on the package's base keeps no completion mark. */
export function targetOf(store: SentCodeStore): MigrationTarget {
  const primitives = anyPrimitivesOf(store);
  const metadata = store.supports.metadata ? primitivesOf(store)?.metadata : undefined;
  return {
    areSent: async (codes) => (await primitives.readKnown(codes)).map((record) => record?.state === 'sent'),
    mark: (codes) => primitives.markRecords(codes.map((code) => ({ ...code, source: SOURCE }))),
    ...(metadata && { metadata }),
  };
}
