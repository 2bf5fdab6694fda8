import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../src', import.meta.url));

/** A longer line of prose is hard to read beside the code. */
const COLUMNS = 100;

/** Folders and files whose comments are not wrapped yet. */
const NOT_YET = ['stores/fallback/', 'stores/json-file/', 'stores/mongo/', 'core/baseline.ts', 'core/local-driver.ts'];

const isComment = (line: string): boolean => /^\s*(?:\/?\*|\/\/)/.test(line);

it(`comments in src are wrapped at ${COLUMNS} columns`, () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !NOT_YET.some((path) => name.startsWith(path)));
  const lines = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((text, index) => ({ where: `${file}:${index + 1}`, text })),
  );
  const comments = lines.filter(({ text }) => isComment(text));
  expect(comments.length).toBeGreaterThan(500);
  expect(comments.filter(({ text }) => text.length > COLUMNS)).toEqual([]);
});
