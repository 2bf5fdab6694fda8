import { describe, expect, it, onTestFinished } from 'vitest';
import type { FallbackStoreOptions } from 'sent-code-store';
import { newChain } from '../../support/fallback/chain.js';

/** Messages of the process warnings from here to the end of the test. */
function watchWarnings(): string[] {
  const messages: string[] = [];
  const listener = ({ message }: Error): void => void messages.push(message);
  process.on('warning', listener);
  onTestFinished(() => void process.off('warning', listener));
  return messages;
}

const fails = (message: string): never => {
  throw new Error(message);
};
const rejects = async (message: string): Promise<void> => fails(message);

describe("A bug in the caller's own function changes no call, and becomes a process warning", () => {
  it.each<[string, FallbackStoreOptions]>([
    ['an onEvent that rejects', { onEvent: () => rejects('of the caller') }],
    ['an onEvent that throws', { onEvent: () => fails('of the caller') }],
    [
      'a logger that throws',
      { logger: { info: () => fails('of the caller'), warn: () => fails('of the caller'), error: () => fails('of the caller') } },
    ],
    [
      'a logger that rejects',
      {
        logger: {
          info: () => rejects('of the caller'),
          warn: () => rejects('of the caller'),
          error: () => rejects('of the caller'),
        },
      },
    ],
  ])('%s', async (_name, options) => {
    const warnings = watchWarnings();
    const chain = newChain();
    const store = chain.start(options);
    await store.ping();
    await store.filterUnsent('1', ['A']);
    chain.first.fault = 'reject';
    expect((await store.markSent('1', ['A'])).marked).toEqual(['A']);
    chain.first.heal();
    await store.ping();
    expect(store.status().state).toBe('healthy');
    await store.close();
    await expect.poll(() => warnings).toContain('of the caller');
  });
});
