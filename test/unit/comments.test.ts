import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../src', import.meta.url));

/** A longer line of prose is hard to read beside the code. */
const COLUMNS = 100;

const isComment = (line: string): boolean => /^\s*(?:\/?\*|\/\/)/.test(line);

/** The comments of a file, without timelines and examples: their lines show by their place what comes when. */
function proseOf(file: string): { readonly where: string; readonly text: string }[] {
  let isFenced = false;
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((text, index) => {
    const isFence = isComment(text) && text.includes('```');
    if (isFence) isFenced = !isFenced;
    return isComment(text) && !isFence && !isFenced ? [{ where: `${file}:${index + 1}`, text }] : [];
  });
}

it(`comments in src are wrapped at ${COLUMNS} columns`, () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts'));
  const comments = files.flatMap(proseOf);
  expect(comments.length).toBeGreaterThan(500);
  expect(comments.filter(({ text }) => text.length > COLUMNS)).toEqual([]);
});
