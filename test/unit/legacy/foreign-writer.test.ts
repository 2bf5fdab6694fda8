import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nodeFileSystem } from '../../../src/files/file-system.js';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { stateFile } from '../../support/legacy/files.js';

/** Runs a step in each write between its read and its write: when the new version is begun. */
function betweenReadAndWrite(step: () => Promise<void>): void {
  const real = { ...nodeFileSystem };
  vi.spyOn(nodeFileSystem, 'open').mockImplementation(async (path, flags, mode) => {
    if (flags === 'wx') await step();
    return real.open(path, flags, mode);
  });
}

afterEach(() => vi.restoreAllMocks());

describe('a writer of a state file that knows nothing of turns', () => {
  it('loses nothing if it writes between the read and the write: the write starts again', async () => {
    const path = await stateFile('{"sent":{"1":["OLD"]}}');
    let writes = 0;
    betweenReadAndWrite(async () => {
      writes += 1;
      // Of the same length as before: the size alone would not tell.
      if (writes === 1) await writeFile(path, '{"sent":{"1":["NEW"]}}');
    });
    await new LegacyAdapterStore(legacyStateFile(path)).markSent('1', ['A']);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ sent: { 1: ['A', 'NEW'] } });
    expect(writes).toBe(2);
  });

  it('that marks the same code first: the mark was not made by this call', async () => {
    const path = await stateFile('{"sent":{}}');
    let writes = 0;
    betweenReadAndWrite(async () => {
      writes += 1;
      if (writes === 1) await writeFile(path, '{"sent":{"1":["A"]}}');
    });
    expect(await new LegacyAdapterStore(legacyStateFile(path)).markSent('1', ['a'])).toEqual({ marked: [], alreadySent: ['a'] });
  });

  it('that writes at every try: the mark rejects, and what it wrote stays', async () => {
    const path = await stateFile('{"sent":{}}');
    let writes = 0;
    betweenReadAndWrite(async () => {
      writes += 1;
      await writeFile(path, JSON.stringify({ sent: { '1': [`W${writes}`] } }));
    });
    await expect(new LegacyAdapterStore(legacyStateFile(path)).markSent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      retryable: true,
    });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ sent: { 1: ['W5'] } });
  });
});
