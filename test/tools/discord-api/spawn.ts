import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { scriptOf } from '../script.js';
import type { DiscordApi } from './server.js';
import type { DiscordApiOptions } from './world.js';

/**
 * Starts the fake as a process of its own, which ends with this one. Its error output goes to this process's.
 * @param script - `main.ts` as a script; made if there is none
 */
export async function spawnDiscordApi(
  options: DiscordApiOptions,
  script?: string,
): Promise<DiscordApi & { readonly pid: number }> {
  const main = script ?? (await scriptOf(new URL('main.ts', import.meta.url)));
  const child = spawn(process.execPath, [main, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const firstLine = once(createInterface({ input: child.stdout! }), 'line').then(([line]) => String(line));
  const line = await Promise.race([firstLine, exited.then(() => undefined)]);
  if (line === undefined) throw new Error('the fake Discord API ended before it listened');
  const { url, ledgerPath, pid } = JSON.parse(line) as { url: string; ledgerPath: string; pid: number };
  return {
    url,
    ledgerPath,
    pid,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
