import { chmod, chown, lstat, mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LegacyAdapterStore } from '../../../src/stores/legacy/legacy-adapter-store.js';
import { legacyStateFile } from '../../../src/stores/legacy/state-file.js';
import { startChild } from '../../support/legacy/child.js';
import { type FixtureName, fixtureText, stateFile, temporaryFolder } from '../../support/legacy/files.js';

const writer = new URL('../../support/legacy/writer/main.ts', import.meta.url);
const storeOf = (path: string): LegacyAdapterStore => new LegacyAdapterStore(legacyStateFile(path));
const read = async (path: string): Promise<{ sent: Record<string, string[]> }> =>
  JSON.parse(await readFile(path, 'utf8')) as { sent: Record<string, string[]> };

describe('a state file', () => {
  it.for<FixtureName>(['nine-scopes-with-global', 'one-guild-mixed-case', 'three-scopes-empty-global', 'two-guilds'])(
    'of a real bot (%s) gets its mark, and nothing else changes, to the digit',
    async (name) => {
      const text = await fixtureText(name);
      const path = await stateFile(text);
      await storeOf(path).markSent('1147956569271697518', ['zz-new']);
      const lines = (await readFile(path, 'utf8')).split('\n');
      const added = lines.filter((line) => line.includes('ZZ-NEW'));
      expect(added).toHaveLength(1);
      // As sets of lines without commas: the place of a list among the others may change.
      const bare = (all: readonly string[]): string[] => all.map((line) => line.replace(/,$/, '')).sort();
      expect(bare(lines.filter((line) => !line.includes('ZZ-NEW')))).toEqual(bare(text.trimEnd().split('\n')));
    },
  );

  it('keeps numbers that JavaScript cannot hold, unknown fields, and text outside of ASCII as escapes', async () => {
    const path = await stateFile(
      '\ufeff{"channels":{"1":1406122908476112956},"sent":{},"big":-12345678901234567890123,"exact":0.10,"e":1E400,"name":"\u00e9\u{1f600}","lone":"\\ud800","__proto__":{"x":1}}',
    );
    await storeOf(path).markSent('1', ['a']);
    const text = await readFile(path, 'utf8');
    expect(text.replaceAll(/\s/g, '')).toBe(
      '{"channels":{"1":1406122908476112956},"sent":{"1":["A"]},"big":-12345678901234567890123,"exact":0.10,"e":1E400,"name":"\\u00e9\\ud83d\\ude00","lone":"\\ud800","__proto__":{"x":1}}',
    );
    expect(await storeOf(path).filterUnsent('1', ['a', 'b'])).toEqual(['b']);
  });

  it('is not written by a mark that changes nothing', async () => {
    const path = await stateFile('{"sent":{"1":["A"]}}');
    await storeOf(path).markSent('1', ['a']);
    expect(await readFile(path, 'utf8')).toBe('{"sent":{"1":["A"]}}');
  });

  it('keeps its permissions and its owner, and leaves nothing beside it', async () => {
    const path = await stateFile('{"sent":{}}');
    // More than the umask of most users lets through.
    await chmod(path, 0o666);
    // Who is not root may not give files away, and keeps what is its own.
    if (process.getuid?.() === 0) await chown(path, 12_345, 23_456);
    const { uid, gid } = await stat(path);
    await storeOf(path).markSent('1', ['A']);
    expect(await stat(path)).toMatchObject({ uid, gid });
    expect((await stat(path)).mode & 0o7777).toBe(0o666);
    expect(await readdir(dirname(path))).toEqual(['giftcode_state.json']);
  });

  it('behind a symbolic link is written where it is, and the link stays one', async () => {
    const path = await stateFile('{"sent":{}}');
    const link = join(await temporaryFolder(), 'link.json');
    await symlink(path, link);
    await storeOf(link).markSent('1', ['A']);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await read(path)).toEqual({ sent: { 1: ['A'] } });
  });
});

describe('a state file that is not as it should be is an error, never a state without codes', () => {
  it.for([
    ['', 1, 1, 'reached end of input'],
    ['{"sent": {', 1, 11, 'reached end of input'],
    ['{\n  "sent": {\n    "1": ["A" "B"]\n  }\n}', 3, 15, "Comma ','"],
    ['{\r\n  "sent": {},\r\n  "x": NaN\r\n}', 3, 8, 'value expected'],
    ['{"sent": {}}\n{"sent": {}}', 2, 1, 'Expected end of input'],
    ['{"sent": {"1": ["A"], "1": ["B"]}}', 1, 24, "Duplicate key '1'"],
    [Buffer.from('{"sent": {}, "x": "\xff"}', 'latin1'), 1, 20, 'not UTF-8'],
  ] as const)('%j: line %i, column %i', async ([content, line, column, reason]) => {
    const path = await stateFile(content);
    const expected: unknown = expect.objectContaining({
      code: 'STORE_DAMAGED',
      path,
      line,
      message: expect.stringMatching(new RegExp(`^${path}:${line}:${column}: .*${reason}`)) as unknown,
    });
    await expect(storeOf(path).filterUnsent('1', ['A'])).rejects.toEqual(expected);
    await expect(storeOf(path).markSent('1', ['A'])).rejects.toEqual(expected);
    expect(await readFile(path)).toEqual(Buffer.from(content));
  });

  it('says what is wrong with a state of another shape', async () => {
    const path = await stateFile('{"name": "some-package"}');
    await expect(storeOf(path).filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'LEGACY_STATE_INVALID' });
  });

  it('rejects if it is missing, unless told that the bot has sent nothing yet', async () => {
    const path = join(await temporaryFolder(), 'giftcode_state.json');
    await expect(storeOf(path).filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(storeOf(path).markSent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(storeOf(join(path, 'no', 'folder')).ping()).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    const store = new LegacyAdapterStore(legacyStateFile(path, { create: 'if-missing' }));
    expect(await store.filterUnsent('1', ['A'])).toEqual(['A']);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await store.markSent('1', ['A']);
    expect(await read(path)).toEqual({ channels: {}, sent: { 1: ['A'] } });
    await rm(path);
    await expect(store.filterUnsent('1', ['A'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await expect(store.markSent('1', ['B'])).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  it('rejects with the error of the file system if that refuses', async () => {
    const path = join(await temporaryFolder(), 'giftcode_state.json');
    await mkdir(path);
    const isFolder: unknown = expect.objectContaining({
      code: 'STORE_IO',
      cause: expect.objectContaining({ code: 'EISDIR' }) as unknown,
      retryable: false,
      message: expect.stringContaining(`${path} (EISDIR). It is a folder`) as unknown,
    });
    await expect(storeOf(path).filterUnsent('1', ['A'])).rejects.toEqual(isFolder);
    await expect(storeOf(path).markSent('1', ['A'])).rejects.toEqual(isFolder);
  });

  it('keeps the old file if there is no room for the next, and says so', async () => {
    const text = JSON.stringify({ sent: { '1': Array.from({ length: 20_000 }, (_, index) => `CODE${index}`) } });
    const path = await stateFile(text);
    const child = await startChild(writer, [path, 'X', '1'], { limit: 64 });
    await child.finished();
    expect(child.lines).toEqual(['STORE_IO EFBIG']);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(dirname(path))).toEqual(['giftcode_state.json']);
  });

  it('refuses a name that is removed as unfinished', async () => {
    const path = join(await temporaryFolder(), 'giftcode_state.json.0123456789ab.unfinished');
    await expect(storeOf(path).markSent('1', ['A'])).rejects.toMatchObject({ code: 'INVALID_OPTION', argument: 'path' });
  });

  it.for(['', undefined, 5])('refuses the path %j', (path) => {
    expect(() => legacyStateFile(path as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', argument: 'path' }));
  });

  it('refuses options that it does not know', () => {
    expect(() => legacyStateFile('x', { creat: 'never' } as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('writers of one state file', () => {
  it('in one process lose no mark, whatever path they name it by', async () => {
    const path = await stateFile('{"sent":{}}');
    const link = join(await temporaryFolder(), 'link.json');
    await symlink(path, link);
    const stores = [storeOf(path), storeOf(join(dirname(path), '.', 'giftcode_state.json')), storeOf(link)];
    const codes = Array.from({ length: 60 }, (_, index) => `C${String(index).padStart(2, '0')}`);
    const results = await Promise.all(codes.map((code, index) => stores[index % 3]!.markSent('1', [code])));
    expect((await read(path)).sent['1']).toEqual(codes);
    expect(results.every(({ marked }) => marked.length === 1)).toBe(true);
  });

  it('in several processes lose no mark', async () => {
    const path = await stateFile('{"sent":{}}');
    const children = await Promise.all(['A', 'B', 'C'].map((prefix) => startChild(writer, [path, prefix, '40'])));
    await Promise.all(children.map((child) => child.finished()));
    const expected = children.flatMap((child) => child.lines);
    expect(expected).toHaveLength(120);
    expect((await read(path)).sent['1']).toEqual(expected.sort());
  });

  it('that are killed lose no mark that they acknowledged, and keep nobody out', async () => {
    const path = await stateFile('{"channels":{"1":1406122908476112956},"sent":{}}');
    const acknowledged: string[] = [];
    for (const [round, marks] of [3, 11, 26].entries()) {
      const child = await startChild(writer, [path, `R${round}-`, '100000']);
      await child.printed(marks);
      await child.kill();
      acknowledged.push(...child.lines);
      await storeOf(path).markSent('1', [`AFTER-${round}`]);
      acknowledged.push(`AFTER-${round}`);
    }
    expect((await read(path)).sent['1']).toEqual(expect.arrayContaining(acknowledged));
    expect(await readFile(path, 'utf8')).toContain('1406122908476112956');
    expect(await readdir(dirname(path))).toEqual(['giftcode_state.json']);
  });
});
