import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A TypeScript block of a page, or of an `@example` in src. */
export interface DocBlock {
  /** `README.md:12`: the file and the line of the block's fence, counted from 1. */
  readonly where: string;
  readonly code: string;
}

/** Every TypeScript block of the README and of the pages in docs. */
export function docBlocks(root: string): DocBlock[] {
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))].filter((page) =>
    page.endsWith('.md'),
  );
  return pages.flatMap((page) => blocksOf(page, readFileSync(join(root, page), 'utf8')));
}

/** Every TypeScript block of the comments in src. */
export function exampleBlocks(root: string): DocBlock[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.sort().flatMap((name) => {
    const file = join('src', name);
    // Without the margin of the comment, so that a fence begins its line.
    return blocksOf(file, readFileSync(join(root, file), 'utf8').replaceAll(/^ *\* ?/gm, ''));
  });
}

function blocksOf(page: string, text: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  let open: { line: number; code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === undefined) {
      if (/^```(ts|typescript)\b/.test(line)) open = { line: index + 1, code: [] };
    } else if (line.startsWith('```')) {
      blocks.push({ where: `${page}:${open.line}`, code: `${open.code.join('\n')}\n` });
      open = undefined;
    } else {
      open.code.push(line);
    }
  }
  return blocks;
}
