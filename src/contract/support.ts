/**
 * What a store can do. Fixed for the life of a store, so that callers need not try: what is not supported is refused with
 * `CLAIMS_UNSUPPORTED` or `METADATA_UNSUPPORTED`, never done halfway.
 */
export interface StoreSupport {
  /** How far a claim excludes others: all processes that share the data, this process alone, or not at all. */
  readonly claims: 'shared' | 'process' | false;
  /** Whether the time at which a code was sent is kept for each code. Without it `sentAt` is `null`. */
  readonly times: boolean;
  /** Whether the source is kept for each code. Without it `source` is `null`. */
  readonly sources: boolean;
  /** Whether the store keeps its own facts (identity, baselines, migrations). `baseline` needs it. */
  readonly metadata: boolean;
  /** Whether records outlive `close()` and the process. */
  readonly durable: boolean;
}
