import type { Terminal } from '../../src/cli/command.js';
import type { ExitCode } from '../../src/cli/exit-codes.js';
import { runCommandLine } from '../../src/cli/run.js';
import { ManualClock } from './stores/manual-clock.js';

/** What a call of `sent-codes` did. */
export interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What comes in on stdin. */
  readonly input?: string | AsyncIterable<Uint8Array | string>;
  /** What a person answers to each question; nobody is there unless given. */
  readonly answer?: string;
  /** Told of everything that is written, in its order. */
  readonly onWrite?: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly terminal?: Partial<Terminal>;
  readonly signal?: AbortSignal;
  readonly clock?: ManualClock;
}

let ids = 0;

/** Runs a call in this process, on a clock that stands still. */
export async function sentCodes(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const { input, answer } = options;
  const warn = (text: string): void => {
    written.stderr += text;
    options.onWrite?.('stderr', text);
  };
  const terminal: Terminal = {
    write: async (text) => {
      written.stdout += text;
      options.onWrite?.('stdout', text);
    },
    warn,
    input: typeof input === 'string' ? pieces(input) : input,
    ask: async (question) => {
      if (answer !== undefined) warn(`${question}${answer}\n`);
      return answer;
    },
    isTerminal: false,
    showsProgress: false,
    colours: false,
    columns: 80,
    ...options.terminal,
  };
  const code = await runCommandLine({
    args,
    env: options.env ?? {},
    terminal,
    version: '1.2.3',
    signal: options.signal ?? new AbortController().signal,
    clock: options.clock ?? new ManualClock(),
    randomId: () => `id-${(ids += 1)}`,
  });
  return { code, ...written };
}

/** In pieces that end in the middle of lines. */
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 100) yield bytes.subarray(start, start + 100);
}
