/** What the command ends with. Scripts rely on the numbers: they never change their meaning. */
export const EXIT = {
  /** Done; or the answer is yes. */
  ok: 0,
  /**
   * The answer is no: a code was not sent, a check found a fault, something could not be done
   * whole.
   */
  no: 1,
  /** The command was called in a wrong way. Nothing was done. */
  usage: 2,
  /** The store cannot be used, or refused the call. */
  store: 3,
  /** Ctrl-C. What was done until then is said, and stays. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
