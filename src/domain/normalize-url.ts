import { InvalidInputError } from '../contract/errors.js';
import { describe } from './describe.js';

/** The rules of {@link normalizeUrl} that its caller chooses. */
export interface UrlRules {
  /**
   * Whether a parameter is left out of the link. Gets the name as {@link normalizeEscapes} writes
   * it.
   */
  readonly isDropped: (name: string) => boolean;
  /**
   * For a host: the host to use instead, or host, path and query with a `*` in the place of the
   * path. A host to use instead has no entry of its own.
   */
  readonly hostAliases: ReadonlyMap<string, string>;
  readonly keepFragment: boolean;
}

/**
 * The one form of all spellings of a link. Applied to its own result, it changes nothing. Throws
 * `INVALID_CODE` for anything but an absolute http or https URL.
 *
 * Two rules are by choice:
 *
 * - Parameters are sorted by name. Parameters with the same name keep their order: the order may
 *   have a meaning.
 * - Nothing is guessed. Different links are: `http` and `https`, `+` and `%20`, `?a` and `?a=`, a
 *   host with and without `www.`.
 */
export function normalizeUrl(text: string, rules: UrlRules): string {
  const url = withoutAlias(parse(text.trim()), rules.hostAliases);
  url.pathname = normalizeEscapes(withoutSlashes(url.pathname));
  url.search = query(url, rules.isDropped);
  url.hash = rules.keepFragment ? normalizeEscapes(url.hash.slice(1)) : '';
  return url.href;
}

/**
 * Percent-encoding in one form (RFC 3986, 6.2.2): no escape where none is needed, digits in upper
 * case, and `%25` for a `%` without two digits. Characters that a URL must not have are encoded, so
 * the result is the same in every version of Node.
 */
export function normalizeEscapes(text: string): string {
  return text.replace(/%([\dA-Fa-f]{2})?|[^\w\-.~!$&'()*+,;=:@/?%]/gu, (found, digits: string | undefined) => {
    if (found === '%') return '%25';
    if (digits === undefined) return encodeURIComponent(found);
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return /[\w\-.~]/.test(character) ? character : found.toUpperCase();
  });
}

/**
 * A text as a URL; `undefined` if it is none. Not by `URL.canParse`: in Node 20 and 22 its answer
 * for "https://münchen.example/" turns into `false` once it is compiled, after some thousand calls.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function parse(text: string): URL {
  // The parser removes tabs and line breaks, and would make one link of two.
  const url = /^https?:\/\/[^\t\r\n]+$/i.test(text) ? parseUrl(text) : undefined;
  if (url !== undefined) return url;
  throw new InvalidInputError('INVALID_CODE', 'code', `${describe(text)} is no absolute http or https URL.`);
}

function withoutAlias(url: URL, hostAliases: ReadonlyMap<string, string>): URL {
  const target = url.port === '' ? hostAliases.get(url.hostname) : undefined;
  if (target === undefined) return url;
  if (!target.includes('*')) {
    url.hostname = target;
    return url;
  }
  const path = withoutSlashes(url.pathname).slice(1);
  const isInQuery = target.split('*', 1).join('').includes('?');
  const place = isInQuery ? path.replaceAll('&', '%26').replaceAll('+', '%2B') : path;
  const aliased = new URL(`${url.protocol}//${target.replace('*', () => place)}`);
  aliased.search = `${aliased.search}&${url.search.slice(1)}`;
  aliased.hash = url.hash;
  return aliased;
}

/**
 * Removes slashes at the end of a path. Not by a regular expression: slashes inside would take
 * quadratic time.
 */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (path.charAt(end - 1) === '/') end -= 1;
  return path.slice(0, end);
}

function query({ search }: URL, isDropped: (name: string) => boolean): string {
  const pairs = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => normalizeEscapes(pair))
    .map((pair) => ({ pair, name: pair.split('=', 1)[0] ?? '' }))
    .filter(({ name }) => !isDropped(name))
    .sort((a, b) => Number(a.name > b.name) - Number(a.name < b.name))
    .map(({ pair }) => pair);
  // With the mark in front: the setter removes the first "?", which may belong to a name.
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
