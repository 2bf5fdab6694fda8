/**
 * When two spellings are one code. A store keeps the name of its identity and refuses to open with
 * another: its records were made under the first.
 */
export interface Identity {
  /**
   * A stable name, kept by the store. 1 to 100 characters. Change the name whenever you change the
   * rule.
   */
  readonly name: string;
  /**
   * The identity of a code. Pure. Applied to its own result, it changes nothing. Throws if the
   * string is not a code: the store refuses the code with `INVALID_CODE` and the text of the error.
   */
  normalize(code: string): string;
}
