/**
 * When two spellings are one code. A store keeps the name and refuses to open with another, because the records that it has were made
 * under the first.
 */
export interface Identity {
  /** A stable name, kept by the store: change it with the rule. 1 to 100 characters. */
  readonly name: string;
  /**
   * The identity of a code. Pure; applied to its own result it changes nothing. Throws for what is no code: a store refuses it with
   * `INVALID_CODE`, and with the text of what was thrown.
   */
  normalize(code: string): string;
}
