import type { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import { describe } from '../domain/describe.js';
import { nearest } from '../domain/nearest.js';
import { checkedLaterSchema, type OptionSchema } from './option-schemas.js';

/**
 * The schema of an object of options. Each option is an {@link OptionSchema}, optional or needed.
 */
export type OptionsSchema = z.ZodObject<Readonly<Record<string, OptionSchema<unknown> | z.ZodOptional<OptionSchema<unknown>>>>>;

/**
 * Checks options against a schema. `INVALID_OPTION` names the first mistake. Unknown options come
 * before all others, because a misspelled option is missing under its right name too.
 *
 * @param owner - whose options they are: the class or the function that was called
 * @param hide - takes secrets out of a caller's value before an error shows the value
 */
export function checkOptions<S extends OptionsSchema>(
  schemaOf: () => S,
  options: unknown,
  owner: string,
  hide: (text: string) => string = (text) => text,
): z.output<S> {
  const schema = schemaOf();
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const { needed } = namesOf(schema);
    const hint = needed.length === 0 ? 'Pass an object with options' : `Pass an object: { ${needed.join(', ')}, … }`;
    throw invalid('options', `${owner}: options is ${hide(describe(options))}. ${hint}.`);
  }
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  if (unknown[0] !== undefined) {
    throw invalid(unknown[0], `${owner}: ${unknown.map((name) => hide(unknownOption(name, schema))).join(' ')}`);
  }
  const [issue] = issues;
  const option = String(issue?.path[0] ?? 'options');
  const value = (options as Readonly<Record<string, unknown>>)[option];
  const given = value === undefined ? 'is missing' : `is ${hide(describe(value))}`;
  throw invalid(option, `${owner}: ${option} ${given}. Pass ${issue?.message ?? 'another value'}.`);
}

function unknownOption(name: string, schema: OptionsSchema): string {
  const { needed, others } = namesOf(schema);
  const meant = nearest(name, [...needed, ...others]);
  const known = [...needed.map((option) => `${option} (needed)`), ...others].join(', ');
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  return `unknown option ${shown}. ${meant === undefined ? `The options are ${known}.` : `Did you mean ${meant}?`}`;
}

function namesOf({ shape }: OptionsSchema): { needed: string[]; others: string[] } {
  const names = Object.keys(shape);
  const needed = names.filter(
    (name) => shape[name] === checkedLaterSchema() || shape[name]?.safeParse(undefined).success === false,
  );
  return { needed, others: names.filter((name) => !needed.includes(name)) };
}

function invalid(option: string, text: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', option, text);
}
