import { fileURLToPath } from 'node:url';
import type { Identity } from '../contract/identity.js';
import { urlIdentity } from '../core/url-identity.js';
import { exactIdentity } from '../domain/exact-identity.js';
import { giftCodeIdentity } from '../domain/identity.js';
import { DEFAULT_COLLECTION } from '../stores/mongo/options.js';
import type { CommandOption, Context } from './command.js';
import { parseUrl } from '../domain/normalize-url.js';
import { UsageError } from './usage-error.js';

/** The file of a store. */
export interface FileLocation {
  readonly kind: 'file';
  readonly path: string;
}

/** A collection of a database. */
export interface MongoLocation {
  readonly kind: 'mongo';
  readonly uri: string;
  readonly database: string | undefined;
  readonly collection: string;
}

/** Where the store is, and the file that stands in for it. */
export type StoreLocation = (FileLocation | MongoLocation) & { readonly fallback?: string };

/** The options that say where the store is, for every command. */
export const STORE_OPTIONS: readonly CommandOption[] = [
  ['--store <where>', 'path of the file, or URI of MongoDB (else SENT_CODES_STORE, MONGODB_URI, MONGO_URI)'],
  ['--fallback <path>', 'the file that stands in for the database'],
  ['--database <name>', 'database; default: the one of the URI'],
  ['--collection <name>', `collection; default: ${DEFAULT_COLLECTION}`],
  ['--timestamps <form>', 'how times are written to MongoDB: date (default) or iso'],
  ['--identity <name>', 'gift-code (default), exact, or the name that the store was filled under'],
  ['--timeout <ms>', 'limit of each command of the database; default: 10000'],
  ['--wait <ms>', 'how long to wait for a locked file; default: 0'],
  ['--create', 'make the store if there is none'],
];

/** Where the store is: by the flags, else by the environment. */
export function storeLocation({ flags, env }: Context): StoreLocation {
  const given = flags.text('store') ?? firstOf(env['SENT_CODES_STORE'], env['MONGODB_URI'], env['MONGO_URI']);
  if (given === undefined || given === '') {
    throw new UsageError('Which store? Pass --store with a path or a URI of MongoDB, or set SENT_CODES_STORE.');
  }
  const place = parseLocation(given, { database: flags.text('database'), collection: flags.text('collection') });
  const fallback = flags.text('fallback');
  if (fallback === undefined) return place;
  if (place.kind === 'file') throw new UsageError('--fallback is the file beside a database, and --store is a file itself.');
  return { ...place, fallback };
}

/** Reads a path or a URI. Never shows the URI: it may have a password. */
export function parseLocation(
  given: string,
  { database, collection }: { readonly database: string | undefined; readonly collection: string | undefined },
): FileLocation | MongoLocation {
  if (/^mongodb(?:\+srv)?:\/\//.test(given)) {
    return { kind: 'mongo', uri: given, database, collection: collection ?? DEFAULT_COLLECTION };
  }
  if (database !== undefined || collection !== undefined)
    throw new UsageError('--database and --collection are for MongoDB, and the store is a file.');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1];
  if (scheme === undefined) return { kind: 'file', path: given };
  if (scheme === 'file' && parseUrl(given) !== undefined) return { kind: 'file', path: fileURLToPath(given) };
  throw new UsageError(`A store cannot be at ${scheme}://. Pass a path, mongodb:// or mongodb+srv://.`);
}

/** A location for people: without user, password and options. */
export function showLocation(location: StoreLocation): string {
  if (location.kind === 'file') return location.path;
  const { uri, database, collection, fallback } = location;
  const beside = fallback === undefined ? '' : `, with ${fallback} beside it`;
  return `${showUri(uri, database)} ${collection}${beside}`;
}

/** The identity of the store's codes. */
export function identityOf({ flags }: Context): Identity {
  const name = flags.text('identity') ?? giftCodeIdentity.name;
  const known = [giftCodeIdentity, exactIdentity, urlIdentity()].find((identity) => identity.name === name);
  return known ?? { name, normalize: (code) => code };
}

/**
 * Refuses to write new codes under an identity whose rule only the bot has: a code in another
 * spelling than the bot's would never be found.
 */
export function requireKnownIdentity(context: Context): void {
  const { name } = identityOf(context);
  if ([giftCodeIdentity, exactIdentity, urlIdentity()].some((identity) => identity.name === name)) return;
  throw new UsageError(`Only the bot has the rule of the identity ${JSON.stringify(name)}: write its codes with the bot.`);
}

function showUri(uri: string, database: string | undefined): string {
  const scheme = uri.slice(0, uri.indexOf('://') + 3);
  const query = uri.indexOf('?');
  const at = uri.lastIndexOf('@', query === -1 ? uri.length : query);
  // An @ behind the first ? may be in the query or in a password that nobody encoded.
  if (query !== -1 && uri.includes('@', query)) return `${scheme}***`;
  const [hosts = '', path = ''] = uri.slice(Math.max(at + 1, scheme.length), query === -1 ? undefined : query).split('/');
  return `${scheme}${hosts}/${database ?? path}`;
}

function firstOf(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}
