/**
 * What a store can do. Fixed for the life of a store, so that callers need not try. Anything else
 * is refused with `CLAIMS_UNSUPPORTED` or `METADATA_UNSUPPORTED`, never done halfway.
 */
export interface StoreSupport {
  /**
   * Whom a claim excludes: every process on the same data (`shared`), the other tasks of this
   * process (`process`), or nobody (`false`: the store has no claims).
   */
  readonly claims: 'shared' | 'process' | false;
  /** Whether each code keeps the time at which it was sent. Without it `sentAt` is `null`. */
  readonly times: boolean;
  /** Whether each code keeps its source. Without it `source` is `null`. */
  readonly sources: boolean;
  /**
   * Whether each code keeps its receipt: what the platform answered for the message. Without it a
   * receipt is dropped.
   */
  readonly receipts: boolean;
  /**
   * Whether the store keeps metadata: its identity, baselines, completed migrations. `baseline`
   * needs it.
   */
  readonly metadata: boolean;
  /** Whether records outlive `close()` and the process. */
  readonly durable: boolean;
}
