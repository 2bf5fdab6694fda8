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

/** mongod's `failCommand` fail point, one for the whole server. With `appName` it concerns only the clients of that name. */
export class FailPoint {
  #remaining = 0;
  #data: Doc = {};

  configure(name: unknown, mode: unknown, data: unknown): void {
    if (name !== 'failCommand') throw unsupported(`the fail point '${String(name)}'`);
    const settings = isDoc(data) ? data : {};
    const unknown = Object.keys(settings).find((key) => !KNOWN_DATA.has(key));
    if (unknown) throw unsupported(`'${unknown}' of a fail point`);
    this.#remaining = times(mode);
    this.#data = settings;
  }

  /** What is to happen to this command. Counts it. */
  next(command: string, appName: string | undefined): Failure | undefined {
    const { failCommands, appName: onlyFor } = this.#data;
    if (this.#remaining <= 0 || !Array.isArray(failCommands) || !failCommands.includes(command)) return undefined;
    if (onlyFor !== undefined && onlyFor !== appName) return undefined;
    this.#remaining--;
    return {
      blockMs: this.#data['blockConnection'] === true ? Number(this.#data['blockTimeMS']) : 0,
      closeBefore: this.#data['closeConnection'] === true,
      closeAfter: this.#data['closeAfter'] === true,
      errorCode: this.#data['errorCode'] === undefined ? undefined : Number(this.#data['errorCode']),
      errorLabels: this.#data['errorLabels'],
      writeConcernError: this.#data['writeConcernError'],
    };
  }
}

function times(mode: unknown): number {
  if (mode === 'alwaysOn') return Infinity;
  if (mode === 'off') return 0;
  if (isDoc(mode) && Object.keys(mode).join() === 'times') return Number(mode['times']);
  throw badValue(`unknown fail point mode: ${JSON.stringify(mode)}`);
}
