export const KINDS = ['JsonFileStore', 'MongoStore', 'MongoStore of a client', 'FallbackStore'] as const;
export type Kind = (typeof KINDS)[number];

/** How a process uses a store. */
export interface Use {
  readonly kind: Kind;
  readonly uri: string;
  readonly database: string;
  readonly calls: number;
  /** How often the store is opened, used once and closed. */
  readonly openings: number;
}

/** What a process has left of it. */
export interface Leaks {
  readonly calls: number;
  readonly openings: number;
  /** The least growth of the heap in one of the spans of the calls, in bytes. */
  readonly afterCalls: number;
  /** The same of the openings. */
  readonly afterOpenings: number;
  /** What the process holds that it did not hold before. */
  readonly left: readonly string[];
}

/** In so many spans calls and openings are made. */
export const WINDOWS = 5;
