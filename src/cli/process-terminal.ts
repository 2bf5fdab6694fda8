import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './command.js';

/** What a program ends with whose reader went away, as the shell says it of SIGPIPE. */
const READER_GONE = 141;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `sent-codes export | head` has read enough.
    if (error.code === 'EPIPE') process.exit(READER_GONE);
    throw error;
  });
  const { isTTY: isTerminal } = stdout;
  const isDumb = env['TERM'] === 'dumb';
  return {
    write: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    warn: (text) => void stderr.write(text),
    input: stdin.isTTY ? undefined : stdin,
    ask: async (question, signal) => {
      if (!stdin.isTTY) return undefined;
      const lines = createInterface({ input: stdin, output: stderr });
      // While a line is read, Ctrl-C is a key and no signal.
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      try {
        return await lines.question(question, { signal });
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      } finally {
        lines.close();
      }
    },
    isTerminal,
    showsProgress: stderr.isTTY && !isDumb,
    colours: isTerminal && stderr.isTTY && !isDumb && (env['NO_COLOR'] ?? '') === '',
    columns: isTerminal ? stdout.columns : 80,
  };
}
