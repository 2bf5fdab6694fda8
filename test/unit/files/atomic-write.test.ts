import { chmod, chown, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../src/files/atomic-write.js';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';
import { stateFile, temporaryFolder } from '../../support/legacy/files.js';

let events: string[];
let fails: string;

// Notes the steps that matter to the disk, and makes one of them fail.
async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  events.push(name);
  if (name === fails) throw new Error(`${name} failed`);
  return run();
}

const kinds = new Map<number, string>();
const files: FileSystem = {
  ...nodeFileSystem,
  open: async (path, ...how) => {
    const fd = await nodeFileSystem.open(path, ...how);
    kinds.set(fd, path.endsWith('.unfinished') ? 'new file' : 'folder');
    return fd;
  },
  write: (fd, ...what) => step(`write ${kinds.get(fd)}`, () => nodeFileSystem.write(fd, ...what)),
  fsync: (fd) => step(`sync ${kinds.get(fd)}`, () => nodeFileSystem.fsync(fd)),
  rename: (from, to) => step('rename', () => nodeFileSystem.rename(from, to)),
};

beforeEach(() => {
  events = [];
  fails = '';
});

const ORDER = ['write new file', 'sync new file', 'confirm', 'rename', 'sync folder'];

async function replace(path: string): Promise<void> {
  await writeAtomically(files, {
    path,
    pieces: [Buffer.from('new')],
    beforeRename: (temporary) =>
      step('confirm', async () => {
        expect(await readFile(temporary, 'utf8')).toBe('new');
        expect(dirname(temporary)).toBe(dirname(path));
      }),
  });
}

describe('a new version of a file', () => {
  it('is on the disk before it takes the name, and the name is on the disk before the call resolves', async () => {
    const path = await stateFile('old');
    await replace(path);
    expect(events).toEqual(ORDER);
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it.for(ORDER)('is not acknowledged if this step fails: %s', async (failing) => {
    const path = await stateFile('old');
    fails = failing;
    await expect(replace(path)).rejects.toThrow(`${failing} failed`);
    expect(events.at(-1)).toBe(failing);
    expect(await readFile(path, 'utf8')).toBe(failing === 'sync folder' ? 'new' : 'old');
    expect(await readdir(dirname(path))).toEqual([basename(path)]);
  });

  it('has the permissions of the old one, and its owner where that may be given away, from its first byte on', async () => {
    const path = await stateFile('old');
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(path, 12_345, 23_456);
    await chmod(path, 0o600);
    const { uid, gid } = await stat(path);
    let opened: number | undefined;
    const watched: FileSystem = {
      ...nodeFileSystem,
      open: async (name, flags, mode) => {
        const fd = await nodeFileSystem.open(name, flags, mode);
        opened ??= nodeFileSystem.fstatSync(fd).mode & 0o777;
        return fd;
      },
      write: async (fd, ...what) => {
        expect(nodeFileSystem.fstatSync(fd)).toMatchObject({ uid, gid });
        return nodeFileSystem.write(fd, ...what);
      },
    };
    await writeAtomically(watched, { path, pieces: [Buffer.from('new')] });
    expect(opened).toBe(0o600);
    expect(await stat(path)).toMatchObject({ uid, gid });
    expect((await stat(path)).mode & 0o7777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it.for(['EPERM', 'EINVAL'])('is written all the same if the owner cannot be kept (%s)', async (code) => {
    const path = await stateFile('old');
    await chmod(path, 0o640);
    const refusing: FileSystem = {
      ...nodeFileSystem,
      stat: async (name) => Object.assign(await nodeFileSystem.stat(name), { uid: 4_242n }),
      fchown: async () => Promise.reject(Object.assign(new Error(code), { code })),
    };
    await writeAtomically(refusing, { path, pieces: [Buffer.from('new')] });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o7777).toBe(0o640);
  });

  it('of which two are written at once is one of the two, whole', async () => {
    const path = join(await temporaryFolder(), 'new.json');
    const texts = ['a', 'b'].map((letter) => letter.repeat(100_000));
    await Promise.all(texts.map((text) => writeAtomically(nodeFileSystem, { path, pieces: [Buffer.from(text)] })));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(dirname(path))).toEqual(['new.json']);
  });
});
