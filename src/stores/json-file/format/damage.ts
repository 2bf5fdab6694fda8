import { StoreDamagedError } from '../../../contract/errors.js';

/** What a reader does about damage: throws, or notes it and lets the reader go on with the rest. */
export type OnDamage = (path: string, line: number | undefined, reason: string) => void;

/** Throws `STORE_DAMAGED`: never guesses. */
export const refuseDamage: OnDamage = (path, line, reason) => {
  throw new StoreDamagedError(
    `${describeDamage(path, line, reason)} Restore the store's files from a backup, all of one moment; or open it with recover: true, which ` +
      'keeps what can be read, and the damaged files beside it.',
    { path, ...(line !== undefined && { line }) },
  );
};

/** One sentence for an error or a log line. */
export function describeDamage(path: string, line: number | undefined, reason: string): string {
  return `${path}${line === undefined ? '' : `, line ${line},`} ${reason}.`;
}
