import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import { describe } from '../domain/describe.js';
import { normalizeEscapes, normalizeUrl, parseUrl } from '../domain/normalize-url.js';
import { TRACKING_PARAMS } from '../domain/tracking-params.js';
import { checkOptions } from './check-options.js';
import { lazySchema } from './lazy-schema.js';
import { flagSchema, optionSchema } from './option-schemas.js';

/** Options of {@link urlIdentity}. */
export interface UrlIdentityOptions {
  /**
   * Names of parameters to leave out of a link, beside the parameters that only track readers
   * (`utm_*`, `fbclid`, `gclid` and the like). A `*` at the end stands for all names that begin so.
   * Case counts. Default: none.
   */
  readonly dropParams?: readonly string[];
  /**
   * Names of parameters to keep in a link, even if they only track readers. Written like
   * `dropParams`. Default: none.
   */
  readonly keepParams?: readonly string[];
  /**
   * Other hosts of a site: `{ 'm.example.com': 'www.example.com' }`. A `*` in the value is the
   * place of the path without its first slash: `{ 'youtu.be': 'www.youtube.com/watch?v=*' }`. A
   * link with a port other than the default has no alias. Default: none.
   */
  readonly hostAliases?: Readonly<Record<string, string>>;
  /** Whether the fragment, the part from `#` on, belongs to a link. Default: `false`. */
  readonly keepFragment?: boolean;
}

/**
 * The identity of a link. Two links are one code if they differ only in:
 *
 * - the case of scheme and host, or a default port
 * - slashes at the end of the path, `.` and `..` in the path
 * - percent-encoding
 * - the order of parameters with different names
 * - parameters that only track readers
 * - the fragment
 *
 * The case of path and parameters counts. Anything but an absolute http or https URL is refused
 * with `INVALID_CODE`.
 *
 * The name contains a digest of the options, defaults included: other options are another identity,
 * and a store refuses to open with another identity. Throws `INVALID_OPTION` for wrong options.
 *
 * @example
 * ```ts
 * import { JsonFileStore, urlIdentity } from 'sent-code-store';
 *
 * const identity = urlIdentity({
 *   dropParams: ['si', 'feature'],
 *   hostAliases: { 'youtu.be': 'www.youtube.com/watch?v=*', 'm.youtube.com': 'www.youtube.com' },
 * });
 * const store = new JsonFileStore({ path: './sent-links.json', identity });
 * ```
 */
export function urlIdentity(options: UrlIdentityOptions = {}): Identity {
  checkOptions(schema, options, 'urlIdentity');
  const drop = patterns([...TRACKING_PARAMS, ...(options.dropParams ?? [])]);
  const keep = patterns(options.keepParams ?? []);
  const aliases = readAliases(options.hostAliases ?? {});
  const keepFragment = options.keepFragment ?? false;
  const digest = createHash('sha256')
    .update(JSON.stringify([drop, keep, aliases, keepFragment]))
    .digest('base64url')
    .slice(0, 16);
  const rules = {
    isDropped: (name: string) => matches(drop, name) && !matches(keep, name),
    hostAliases: new Map(aliases),
    keepFragment,
  };
  return { name: `url-${VERSION}-${digest}`, normalize: (code) => normalizeUrl(code, rules) };
}

/** Version of the rules of `normalizeUrl`. Raise it whenever a rule changes. */
const VERSION = 1;

const namesSchema = lazySchema(() =>
  optionSchema<readonly string[]>(
    (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '' && name.isWellFormed()),
    'an array with names of parameters',
  ),
);
const schema = lazySchema(() =>
  z.strictObject({
    dropParams: namesSchema().optional(),
    keepParams: namesSchema().optional(),
    hostAliases: optionSchema<Record<string, string>>(
      (value) =>
        typeof value === 'object' && value !== null && Object.values(value).every((target) => typeof target === 'string'),
      'an object with a host for each other host: { "m.example.com": "www.example.com" }',
    ).optional(),
    keepFragment: flagSchema().optional(),
  }),
);

function patterns(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => normalizeEscapes(name)))].sort();
}

function matches(list: readonly string[], name: string): boolean {
  return list.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

function readAliases(given: Readonly<Record<string, string>>): [string, string][] {
  const aliases = Object.entries(given)
    .map(([host, target]): [string, string] => [readHost(host), readTarget(target)])
    .sort(([a], [b]) => Number(a > b) - Number(a < b));
  const hosts = new Set(aliases.map(([host]) => host));
  const chained = aliases.find(([, target]) => hosts.has(hostOf(target)));
  if (chained === undefined && hosts.size === aliases.length) return aliases;
  throw invalid(
    chained === undefined
      ? 'hostAliases names a host twice'
      : `hostAliases leads to ${hostOf(chained[1])}, which is an alias itself. Name the host that it leads to`,
  );
}

function readHost(text: string): string {
  const { href = '', hostname = '' } = parseUrl(`http://${text}`) ?? {};
  if (href === `http://${hostname}/` && !/[/?#]/.test(text)) return hostname;
  throw invalid(`hostAliases has ${describe(text)}. Pass a host without scheme, port and path`);
}

function readTarget(text: string): string {
  const [before = '', ...after] = text.split('*');
  if (after.length === 0) return readHost(text);
  const end = before.search(/[/?]/);
  if (after.length === 1 && end > 0 && !text.includes('#')) return `${readHost(before.slice(0, end))}${text.slice(end)}`;
  throw invalid(`hostAliases has ${describe(text)}. Pass a host, or a host with path and query that have one "*"`);
}

function hostOf(target: string): string {
  return target.split(/[/?]/, 1)[0] ?? '';
}

function invalid(problem: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', 'hostAliases', `urlIdentity: ${problem}.`);
}
