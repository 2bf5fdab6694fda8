/** A failed command, as a client sees it: `code` and `codeName` are mongod's. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly codeName: string;
  /** Further fields of the error document, for example `keyPattern` of a duplicate key. */
  readonly details: Record<string, unknown>;

  constructor(code: number, codeName: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.codeName = codeName;
    this.details = details;
  }
}

/** The command means something, but not here: the suite does not use it, so this server does not pretend to know it. */
export const unsupported = (what: string): CommandError =>
  new CommandError(238, 'NotImplemented', `${what} is not supported by the in-process server of the tests`);

export const badValue = (message: string): CommandError => new CommandError(2, 'BadValue', message);

/** Any error as a command error. What is not one came from an evaluator that was handed something it cannot evaluate. */
export function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  return badValue(error instanceof Error ? error.message : String(error));
}
