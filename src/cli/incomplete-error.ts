/** Something was found wrong, or could not be done whole. The text says what is done. */
export class IncompleteError extends Error {}
