/**
 * A schema that is built at its first use. A bot starts with all of this package, and uses few of
 * its schemas: to build them all would take as long as to load the rest.
 */
export function lazySchema<S extends object>(build: () => S): () => S {
  let schema: S | undefined;
  return () => (schema ??= build());
}
