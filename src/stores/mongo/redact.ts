import { inspect } from 'node:util';

const HIDDEN = '***';

/** A text without the secrets of a connection. */
export type Redact = (text: string) => string;

/**
 * Hides the credentials of a MongoDB URI: all before its last `@`, whatever characters they have.
 */
export function redactUris(text: string): string {
  return text.replace(/(mongodb(?:\+srv)?:\/\/)\S*@/gi, `$1${HIDDEN}@`);
}

/** Hides all of a URI but its scheme: for a text that may show only the beginning of a URI. */
export function redactWholeUris(text: string): string {
  return text.replace(/:\/\/[^\s"]*/g, `://${HIDDEN}`);
}

/**
 * Makes a function that hides the credentials of a URI and the secrets in client options, wherever
 * a text shows them or a part of them: drivers quote parts of a URI that they cannot parse.
 */
export function redactor(uri: string, clientOptions: unknown): Redact {
  const patterns = [...new Set([...secretsOfUri(uri), ...secretsOfOptions(clientOptions)])]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .map(pattern);
  return (text) => patterns.reduce((shown, secret) => shown.replace(secret, HIDDEN), redactUris(text));
}

/**
 * The error in a form that is safe as a `cause`: unchanged, unless a log line of it would show a
 * secret. Then a copy of its name, text and stack without secrets.
 */
export function redactError(error: unknown, redact: Redact): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redact(error) : error;
  const shown = inspect(error, { depth: 6 });
  if (redact(shown) === shown) return error;
  const copy = new Error(redact(error.message));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  return copy;
}

function secretsOfUri(uri: string): string[] {
  const authority = uri.slice(uri.indexOf('//') + 2);
  const end = authority.lastIndexOf('@');
  const credentials = end === -1 ? [] : authority.slice(0, end).split(/[:@/?#]/);
  const fromQuery = [...uri.matchAll(/(?:password|token)[^=&:]*[=:]([^&,]*)/gi)].map(([, value = '']) => value);
  return [...credentials, ...fromQuery].flatMap((secret) => [secret, decoded(secret)]);
}

function secretsOfOptions(options: unknown, depth = 0): string[] {
  if (typeof options !== 'object' || options === null || depth > 3) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value === 'string') return /pass|token|secret/i.test(name) ? [value] : [];
    return secretsOfOptions(value, depth + 1);
  });
}

/** The pattern of a secret. A short secret matches only as a whole word. */
function pattern(secret: string): RegExp {
  const escaped = secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(secret.length < 5 ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped, 'gu');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not an encoded text: only its own form can show up.
    return text;
  }
}
