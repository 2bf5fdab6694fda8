// Runs npm scripts side by side, as many at a time as there are cores, and prints what each wrote when it ends. The first that
// fails ends the others. Usage: node .ci/side-by-side.mjs SCRIPT…, the longest first.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const waiting = process.argv.slice(2);
const running = new Set();

function startNext() {
  const script = waiting.shift();
  if (script === undefined) return;
  const startedAt = Date.now();
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  running.add(child);
  child.on('close', (code) => {
    running.delete(child);
    if (process.exitCode === 1) return;
    console.log(
      `${code === 0 ? 'passed' : 'FAILED'}: npm run ${script} (${Math.round((Date.now() - startedAt) / 1000)} s)\n${output}`,
    );
    if (code === 0) return startNext();
    process.exitCode = 1;
    waiting.length = 0;
    for (const other of running) other.kill();
  });
}

for (let core = 0; core < availableParallelism(); core += 1) startNext();
