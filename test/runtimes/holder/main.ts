import { writeSync } from 'node:fs';
import { JsonFileStore } from 'sent-code-store';

/** Opens a file, claims a code, and marks one code after the other. Prints a line after each call that was acknowledged, until it is killed. */
async function main(): Promise<void> {
  const store = new JsonFileStore({ path: process.argv[2]! });
  await store.claim('1', ['claimed']);
  // Bounded, for the case that nobody kills it.
  for (let number = 0; number < 100_000; number += 1) {
    await store.markSent('1', [`code ${number}`]);
    writeSync(1, `${number}\n`);
  }
}

void main();
