import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { scriptOf } from '../tools/script.js';
import { LEASE_MS } from './bot/config.js';

const main = new URL('bot/main.ts', import.meta.url);

/** How a bot ended. */
export interface BotEnd {
  /**
   * `quiet`: nothing was left to do. `killed`: by its own accident. `gave-up`: its time was over. `waiting`: what is left to do is to
   * ask the platform, in a minute or later.
   */
  readonly how: 'quiet' | 'killed' | 'gave-up' | 'waiting';
  /** Whether it was stopped past its lease on the way. */
  readonly stopped: boolean;
  /** Number of rounds that failed as a whole. */
  readonly failedRounds: number;
  /** What it said. */
  readonly lines: readonly string[];
  /** What it said of its last rounds. */
  readonly lastLines: readonly string[];
}

/**
 * Runs a bot until it ends, and wakes it after a stop. A naive bot goes on from its first look-up when `meet` resolves. Rejects if
 * it ends in any other way than those of {@link BotEnd}.
 */
export async function runBot(
  config: { readonly incident: unknown; readonly [option: string]: unknown },
  meet: () => Promise<void> = async () => undefined,
  script = main,
): Promise<BotEnd> {
  const child = spawn(process.execPath, [await scriptOf(script), JSON.stringify(config)], { stdio: 'pipe' });
  const lines: string[] = [];
  let stopped = false;
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'looked up') void meet().then(() => child.stdin.write('go on\n'));
    if (line !== 'stopped') return;
    stopped = true;
    // Longer than a lease, so that others find it over.
    setTimeout(() => child.kill('SIGCONT'), LEASE_MS * 1.8);
  });
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const how = ({ '0': 'quiet', '2': 'gave-up', '3': 'waiting', SIGKILL: 'killed' } as const)[String(code ?? signal)];
  if (how === undefined || (how === 'killed' && config.incident === null)) {
    throw new Error(`a bot ended with ${code ?? signal}: ${errors}`);
  }
  const failedRounds = lines.filter((line) => line.startsWith('failed: ')).length;
  return { how, stopped, failedRounds, lines, lastLines: lines.slice(-5) };
}
