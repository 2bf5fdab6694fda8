/** The command was called in a wrong way. The text says how to call it. */
export class UsageError extends Error {}
