import { fstatSync } from 'node:fs';
import { startMongoServer } from './server.js';

/**
 * The server as a process of its own, for tests that kill their clients. Its argument is a port; none, or 0, is any free one.
 * The first line on stdout is the URI. The process ends with SIGTERM, and when whoever holds the other end of its stdin is gone, if stdin is
 * a pipe: it does not outlive the test run that started it.
 */
const stop = (): void => {
  process.exit(0);
};
process.once('SIGTERM', stop);
const stdin = fstatSync(0);
if (stdin.isFIFO() || stdin.isSocket()) process.stdin.on('end', stop).resume();

void startMongoServer({ port: Number(process.argv[2] ?? 0) }).then(({ uri }) => console.log(uri));
