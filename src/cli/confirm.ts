import type { Context } from './command.js';
import { throwIfStopped } from './interruption.js';
import { UsageError } from './usage-error.js';

/**
 * Asks before something that cannot be taken back, unless `--yes` is given. Resolves to whether to
 * do it.
 */
export async function confirm({ terminal, flags, signal }: Context, question: string): Promise<boolean> {
  if (flags.has('yes')) return true;
  const answer = await terminal.ask(`${question} [y/N] `, signal);
  throwIfStopped(signal, 'Nothing was done.');
  if (answer === undefined) throw new UsageError(`${question} Nobody is there to ask: pass --yes.`);
  return /^y(?:es)?$/i.test(answer.trim());
}
