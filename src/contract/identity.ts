/**
 * When two spellings are one code. A store keeps the name and refuses to open with another, because the records that it has were made
 * under the first.
 */
export interface Identity {
  /** A stable name, kept by the store: change it with the rule. 1 to 100 characters. */
  readonly name: string;
  /** The identity of a code. Pure; applied to its own result it changes nothing. */
  normalize(code: string): string;
}
