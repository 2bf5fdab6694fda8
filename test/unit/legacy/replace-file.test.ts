import type { FileHandle } from 'node:fs/promises';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { replaceFile } from '../../../src/stores/legacy/replace-file.js';
import { stateFile } from '../../support/legacy/files.js';

const world = vi.hoisted(() => ({ events: [] as string[], fails: '' }));

// Notes the steps that matter to the disk, and makes one of them fail.
vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    world.events.push(name);
    if (name === world.fails) throw new Error(`${name} failed`);
    return run();
  };
  const open: typeof real.open = async (path, ...args) => {
    const handle = await real.open(path, ...args);
    const kind = String(path).endsWith('.tmp') ? 'new file' : 'folder';
    return new Proxy(handle, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        const bound = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        return property === 'writeFile' || property === 'sync'
          ? (...rest: unknown[]) => step(`${property} ${kind}`, () => bound(...rest))
          : bound;
      },
    }) satisfies FileHandle;
  };
  return { ...real, open, rename: (from, to) => step('rename', () => real.rename(from, to)) };
});

beforeEach(() => {
  world.events = [];
  world.fails = '';
});

const ORDER = ['writeFile new file', 'sync new file', 'confirm', 'rename', 'sync folder'];

async function replace(path: string): Promise<void> {
  await replaceFile({
    path,
    text: 'new',
    last: await stat(path),
    confirm: async () => {
      world.events.push('confirm');
      if (world.fails === 'confirm') throw new Error('confirm failed');
    },
  });
}

describe('a new version of a file', () => {
  it('is on the disk before it takes the name, and the name is on the disk before the call resolves', async () => {
    const path = await stateFile('old');
    await replace(path);
    expect(world.events).toEqual(ORDER);
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it.for(ORDER)('is not acknowledged if this step fails: %s', async (fails) => {
    const path = await stateFile('old');
    world.fails = fails;
    await expect(replace(path)).rejects.toThrow(`${fails} failed`);
    expect(world.events.at(-1)).toBe(fails);
    expect(await readFile(path, 'utf8')).toBe(fails === 'sync folder' ? 'new' : 'old');
    expect(await readdir(dirname(path))).toEqual([basename(path)]);
  });
});
