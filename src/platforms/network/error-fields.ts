/**
 * The fields of a thrown value; none if the value is not an object. Classifiers read fields and
 * never a class, so that they work with every copy and version of a client.
 */
export function fieldsOf<Field extends string>(error: unknown): Partial<Record<Field, unknown>> {
  return typeof error === 'object' && error !== null ? error : {};
}
