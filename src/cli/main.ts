#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { processTerminal } from './process-terminal.js';
import { runCommandLine } from './run.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

// The first Ctrl-C lets the step under way end, and says what is done. A second one ends at once.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interruption.abort();
    // An import may be waiting for more.
    process.stdin.destroy();
  });
}

process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
  env: process.env,
  terminal: processTerminal(),
  version,
  signal: interruption.signal,
});
