import { InvalidInputError } from '../contract/errors.js';
import { describe } from './describe.js';

/** What {@link normalizeUrl} leaves to whoever uses it. */
export interface UrlRules {
  /** Whether a parameter is no part of the link; asked with a name as {@link normalizeEscapes} writes it. */
  readonly isDropped: (name: string) => boolean;
  /**
   * By host: the host in its place, or host, path and query with a `*` where the path goes. No host in such a place has an entry of its
   * own.
   */
  readonly hostAliases: ReadonlyMap<string, string>;
  readonly keepFragment: boolean;
}

/**
 * A link as all of its spellings have it. Applied to its own result it changes nothing. `INVALID_CODE` for what is no absolute http or
 * https URL.
 *
 * Two rules are by choice:
 *
 * - Parameters are sorted by name. Those of one name keep their order, which may mean something.
 * - What would need a guess stays apart: `http` and `https`, `+` and `%20`, `?a` and `?a=`, `www.` and nothing.
 */
export function normalizeUrl(text: string, rules: UrlRules): string {
  const url = withoutAlias(parse(text.trim()), rules.hostAliases);
  url.pathname = normalizeEscapes(withoutSlashes(url.pathname));
  url.search = query(url, rules.isDropped);
  url.hash = rules.keepFragment ? normalizeEscapes(url.hash.slice(1)) : '';
  return url.href;
}

/**
 * Percent-encoding in one form (RFC 3986, 6.2.2): what needs none has none, the digits are in upper case, and a `%` that begins nothing is
 * `%25`. Encodes what a URL must not have, so that the result is the same in every version of Node.
 */
export function normalizeEscapes(text: string): string {
  return text.replace(/%([\dA-Fa-f]{2})?|[^\w\-.~!$&'()*+,;=:@/?%]/gu, (found, digits: string | undefined) => {
    if (found === '%') return '%25';
    if (digits === undefined) return encodeURIComponent(found);
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return /[\w\-.~]/.test(character) ? character : found.toUpperCase();
  });
}

function parse(text: string): URL {
  // The parser would take a tab or a line break out, and make one link of two.
  if (/^https?:\/\/[^\t\r\n]+$/i.test(text) && URL.canParse(text)) return new URL(text);
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

/** A path without slashes at its end. Not by a regular expression: that takes quadratic time on slashes inside. */
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
  // Without a mark of its own the setter would take the mark of a name like "?".
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
