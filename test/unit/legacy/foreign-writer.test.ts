import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { stateFile } from '../../support/legacy/files.js';

const hooks = vi.hoisted(() => ({ betweenReadAndWrite: async (): Promise<void> => undefined }));

vi.mock(import('../../../src/files/atomic-write.js'), async (original) => {
  const { writeAtomically } = await original();
  return {
    writeAtomically: async (files, write) => {
      await hooks.betweenReadAndWrite();
      await writeAtomically(files, write);
    },
  };
});

afterEach(() => {
  hooks.betweenReadAndWrite = async () => undefined;
});

describe('a writer of a state file that knows nothing of turns', () => {
  it('loses nothing if it writes between the read and the write: the write starts again', async () => {
    const path = await stateFile('{"sent":{"1":["OLD"]}}');
    let writes = 0;
    hooks.betweenReadAndWrite = async () => {
      writes += 1;
      // Of the same length as before: the size alone would not tell.
      if (writes === 1) await writeFile(path, '{"sent":{"1":["NEW"]}}');
    };
    await new LegacyAdapterStore(legacyStateFile(path)).markSent('1', ['A']);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ sent: { 1: ['A', 'NEW'] } });
    expect(writes).toBe(2);
  });

  it('that marks the same code first: the mark was not made by this call', async () => {
    const path = await stateFile('{"sent":{}}');
    let writes = 0;
    hooks.betweenReadAndWrite = async () => {
      writes += 1;
      if (writes === 1) await writeFile(path, '{"sent":{"1":["A"]}}');
    };
    expect(await new LegacyAdapterStore(legacyStateFile(path)).markSent('1', ['a'])).toEqual({ marked: [], alreadySent: ['a'] });
  });

  it('that writes at every try: the mark rejects, and what it wrote stays', async () => {
    const path = await stateFile('{"sent":{}}');
    let writes = 0;
    hooks.betweenReadAndWrite = async () => {
      writes += 1;
      await writeFile(path, JSON.stringify({ sent: { '1': [`W${writes}`] } }));
    };
    await expect(new LegacyAdapterStore(legacyStateFile(path)).markSent('1', ['A'])).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      retryable: true,
    });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ sent: { 1: ['W5'] } });
  });
});
