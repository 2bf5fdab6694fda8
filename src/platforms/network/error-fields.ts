/**
 * The fields of whatever was thrown; none of a value that is no object. Classifiers read fields and
 * never a class, so that they work with every copy and version of a client.
 */
export function fieldsOf<Field extends string>(error: unknown): Partial<Record<Field, unknown>> {
  return typeof error === 'object' && error !== null ? error : {};
}
