/** What a process of a history is told. */
export interface BotConfig {
  readonly seed: number;
  readonly bot: string;
  readonly life: number;
  /** Where it records its calls. */
  readonly log: string;
  /** Of the database, through a proxy. */
  readonly uri: string;
  readonly database: string;
  /** A chain with a mirror at this path, in place of the database alone. */
  readonly chain?: { readonly path: string; readonly whenDegraded: 'auto' | 'continue' | 'hold' };
  /** Mean pause between two calls of a task, in ms. */
  readonly paceMs: number;
  /** How many calls were made in earlier lives: newer codes come into play as calls are made. */
  readonly callsBefore: number;
}

/** What a process is told while it runs. It answers the same word once it has done so. */
export type Order =
  /** Ends, after its calls under way, and closes its store. */
  | 'end'
  /** Makes no call until it is told to go on. */
  | 'rest'
  | 'go on'
  /** Waits until the first store has everything and decides. */
  | 'settle'
  /** Records what its mirror has, because the first store is being replaced. */
  | 'census';

/** Guilds in which nothing is forgotten, so that every promise holds without an exception. */
export const LASTING_GUILDS = ['1147956569271697518', 'chat-2'] as const;
/** The guild in which codes are forgotten. */
export const FORGETTING_GUILD = '3';
export const GUILDS = [...LASTING_GUILDS, FORGETTING_GUILD] as const;

/** So many codes of a guild are in play at a time. */
export const WINDOW = 4;

/** The oldest code in play: after some calls of a bot it is left alone, and a newer one comes. */
export const oldestAfter = (calls: number): number => Math.floor(calls / 6);

export const codeOf = (index: number): string => `CODE${index}`;

/** Guilds with a baseline: each is somebody's first for a while. */
export const baselineGuildOf = (index: number): string => `new-${index}`;

export const LEASES_MS = [1000, 1500] as const;
