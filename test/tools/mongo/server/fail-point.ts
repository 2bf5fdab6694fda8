import { badValue, unsupported } from './errors.js';
import { isDoc, type Doc } from './values.js';

/** What a fail point does to one command. */
export interface Failure {
  readonly blockMs: number;
  /** Drop the connection before the command runs. */
  readonly closeBefore: boolean;
  /** Drop the connection after the command ran: the client cannot know what happened. mongod has no such fail point. */
  readonly closeAfter: boolean;
  readonly errorCode: number | undefined;
  readonly errorLabels: unknown;
  readonly writeConcernError: unknown;
}

const KNOWN_DATA = new Set([
  'failCommands',
  'appName',
  'errorCode',
  'errorLabels',
  'closeConnection',
  'closeAfter',
  'blockConnection',
  'blockTimeMS',
  'writeConcernError',
]);

interface Settings {
  readonly data: Doc;
  remaining: number;
}

/**
 * mongod's `failCommand` fail point. With `appName` it concerns only the clients of that name, and
 * each name has one of its own, where mongod has one for all: test files that run at the same time
 * do not end one another's.
 */
export class FailPoint {
  readonly #byName = new Map<unknown, Settings>();

  configure(name: unknown, mode: unknown, data: unknown): void {
    if (name !== 'failCommand') throw unsupported(`the fail point '${String(name)}'`);
    const settings = isDoc(data) ? data : {};
    const unknown = Object.keys(settings).find((key) => !KNOWN_DATA.has(key));
    if (unknown) throw unsupported(`'${unknown}' of a fail point`);
    this.#byName.set(settings['appName'], { data: settings, remaining: times(mode) });
  }

  /** What is to happen to this command. Counts it. */
  next(command: string, appName: string | undefined): Failure | undefined {
    const settings = [appName, undefined]
      .map((name) => this.#byName.get(name))
      .find((found) => found !== undefined && found.remaining > 0 && concerns(found.data, command));
    if (settings === undefined) return undefined;
    settings.remaining--;
    const { data } = settings;
    return {
      blockMs: data['blockConnection'] === true ? Number(data['blockTimeMS']) : 0,
      closeBefore: data['closeConnection'] === true,
      closeAfter: data['closeAfter'] === true,
      errorCode: data['errorCode'] === undefined ? undefined : Number(data['errorCode']),
      errorLabels: data['errorLabels'],
      writeConcernError: data['writeConcernError'],
    };
  }
}

function concerns({ failCommands }: Doc, command: string): boolean {
  return Array.isArray(failCommands) && failCommands.includes(command);
}

function times(mode: unknown): number {
  if (mode === 'alwaysOn') return Infinity;
  if (mode === 'off') return 0;
  if (isDoc(mode) && Object.keys(mode).join() === 'times') return Number(mode['times']);
  throw badValue(`unknown fail point mode: ${JSON.stringify(mode)}`);
}
