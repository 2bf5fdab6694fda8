import { existsSync, readFileSync } from 'node:fs';

/** The methods of a store that a history can have, and what stands for an accident. */
export type Method =
  | 'markSent'
  | 'markSentMany'
  | 'filterUnsent'
  | 'filterUnsentMany'
  | 'claim'
  | 'confirm'
  | 'renew'
  | 'release'
  | 'restart'
  | 'takeUncertain'
  | 'listUncertain'
  | 'resolveUncertain'
  | 'baseline'
  | 'states'
  | 'statesMany'
  | 'isSent'
  | 'getSent'
  | 'listSent'
  | 'listGuilds'
  | 'stats'
  | 'forget'
  | 'clearGuild'
  | 'ping';

/** A call as it was recorded. Times are ms of the machine's monotonic clock, which all processes share. */
export interface Call {
  readonly id: string;
  /** Who called: a process and its successors after a crash are one bot. */
  readonly bot: string;
  /** Which process of the bot. */
  readonly life: number;
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly begin: number;
  /** `Infinity` for a call whose process did not live to hear the answer. */
  readonly end: number;
  /** The answer; maps are objects, and times are texts. */
  readonly value?: unknown;
  /** The code of the error that the call rejected with. */
  readonly error?: string;
  /** The codes that a `LEASE_LOST` names. */
  readonly lost?: readonly string[];
  /** False if the first store of a chain was away, or lacked something, before or after the call. */
  readonly healthy: boolean;
}

/** The end of a process by SIGKILL. */
export interface Death {
  readonly bot: string;
  readonly life: number;
  readonly at: number;
}

/** A first store that was emptied, or put in the place of another, and what a bot's mirror had at that moment. */
export interface Replacement {
  readonly bot: string;
  readonly at: number;
  /** The state of each key that the mirror had. */
  readonly kept: Readonly<Record<string, string>>;
}

/** What a set of processes did with a store, and what they were told. */
export interface History {
  readonly calls: readonly Call[];
  readonly deaths: readonly Death[];
  readonly replacements: readonly Replacement[];
}

/** Who looks at everything at the end, when all stores are up and have everything. */
export const AUDITOR = 'auditor';

/** A line of a recorded file. */
export type Line =
  | ({ readonly kind: 'begin' } & Pick<Call, 'id' | 'bot' | 'life' | 'method' | 'args' | 'healthy'> & { readonly at: string })
  | ({ readonly kind: 'end' } & Pick<Call, 'id' | 'value' | 'error' | 'lost' | 'healthy'> & { readonly at: string })
  | ({ readonly kind: 'death' } & Omit<Death, 'at'> & { readonly at: string })
  /** For whoever reads the records. */
  | { readonly kind: 'note'; readonly note: unknown; readonly at: string }
  | ({ readonly kind: 'replaced' } & Omit<Replacement, 'at'> & { readonly at: string });

/** Reads a history. A last line that its writer did not complete is no line. */
export function readHistory(paths: readonly string[]): History {
  const calls = new Map<string, Call>();
  const deaths: Death[] = [];
  const replacements: Replacement[] = [];
  // A process that was killed at its start has recorded nothing.
  for (const path of paths.filter((one) => existsSync(one))) {
    for (const text of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
      const line = JSON.parse(text) as Line;
      const at = Number(BigInt(line.at) / 1000n) / 1000;
      if (line.kind === 'death') deaths.push({ ...line, at });
      else if (line.kind === 'replaced') replacements.push({ ...line, at });
      else if (line.kind === 'note') continue;
      else if (line.kind === 'begin') calls.set(line.id, { ...line, begin: at, end: Infinity });
      else {
        const begun = calls.get(line.id);
        if (begun === undefined) throw new Error(`${path} has the end of ${line.id} and not its beginning`);
        calls.set(line.id, { ...begun, ...line, end: at, healthy: begun.healthy && line.healthy });
      }
    }
  }
  return { calls: [...calls.values()].sort((a, b) => a.begin - b.begin), deaths, replacements };
}
