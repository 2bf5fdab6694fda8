import { readResult, type Run } from './result-file.js';
import type { Row } from './rows.js';

/** What the benchmarks have written, as far as the plots and the page need it. */
export interface Results {
  readonly 'json-file': { readonly run: Run; readonly rows: readonly Row[]; readonly peers: Readonly<Record<string, string>> };
  readonly open: {
    readonly run: Run;
    readonly records: number;
    readonly rows: readonly Row[];
    readonly bytesPerRecord: readonly {
      readonly who: string;
      readonly guilds: number;
      readonly opened: number;
      readonly touched: number;
    }[];
    readonly longestBlock: readonly { readonly guilds: number; readonly longestMs: number }[];
  };
  readonly compaction: {
    readonly run: Run;
    readonly rows: readonly {
      readonly who: string;
      readonly marks: number;
      readonly ms: number;
      readonly p99: number;
      readonly ratio: number;
      readonly longestBlockMs: number;
    }[];
  };
  readonly mongo: { readonly run: Run; readonly server: string; readonly documents: number; readonly rows: readonly Row[] };
  readonly fallback: { readonly run: Run; readonly rows: readonly Row[] };
  readonly delivery: { readonly run: Run; readonly rows: readonly Delivered[] };
  readonly import: { readonly run: Run; readonly rows: readonly Imported[] };
  readonly 'record-size': {
    readonly run: Run;
    readonly rows: readonly {
      readonly what: string;
      readonly documentBytes: number;
      readonly idIndexBytes: number;
      readonly hashedIndexBytes: number;
    }[];
  };
}

export interface Delivered {
  readonly what: string;
  readonly store: string;
  readonly build: string;
  readonly messages: number;
  readonly seconds: number;
  /** The most that stayed on the heap, in MB over what the caller had before. */
  readonly heapMB: number;
  /** Commands of MongoDB, or syncs of the file. */
  readonly steps: number;
  readonly server?: string;
}

export interface Imported {
  readonly build: string;
  readonly format: string;
  /** Medians in milliseconds of processor time: all of it, of this zod, and what is left. */
  readonly ms: number;
  readonly zodMs: number;
  readonly oursMs: number;
}

export const resultOf = <Name extends keyof Results>(name: Name): Results[Name] => readResult(name) as Results[Name];
