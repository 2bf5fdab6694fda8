/** Where log lines go. `console`, a pino logger and a winston logger all satisfy it. */
export interface Logger {
  /** What an operator wants to know: a migration's progress, a recovery. */
  info(message: string): unknown;
  /** What an operator should look at: a degraded chain, a torn last line that was dropped. */
  warn(message: string): unknown;
  /** What an operator must act on. */
  error(message: string): unknown;
}
