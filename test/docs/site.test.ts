import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { anchorOf } from '../../docs/.vitepress/anchors.js';
import { checkLinks } from '../../docs/.vitepress/check-links.js';
import { guideGroups } from '../../docs/.vitepress/guides.js';
import { writeLlmsTxt } from '../../docs/.vitepress/llms.js';

const guides = guideGroups.flatMap((group) => group.guides.map(({ page }) => page));

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

it('every page of docs is in the sidebar, once', () => {
  const pages = readdirSync(new URL('../../docs/', import.meta.url)).filter(
    (name) => name.endsWith('.md') && name !== 'index.md',
  );
  expect([...guides].sort()).toEqual(pages.map((name) => name.replace(/\.md$/, '')).sort());
});

it('llms.txt names every guide, and the guide lies beside it', () => {
  const site = folderWith({});
  writeLlmsTxt(site, 'What it is.');
  const text = readFileSync(join(site, 'llms.txt'), 'utf8');
  expect(text.startsWith('# sent-code-store\n\n> What it is.\n\n## ')).toBe(true);
  const listed = [...text.matchAll(/^- \[[^\]]+\]\((.+)\): .+\.$/gm)].map(([, file]) => file!);
  expect(listed).toEqual(guides.map((page) => `${page}.md`));
  expect(listed.filter((file) => !readdirSync(site).includes(file))).toEqual([]);
});

// The site checks its own pages when it is built. The README is on GitHub and npm, those of the examples are on GitHub.
const root = fileURLToPath(new URL('../..', import.meta.url));
const readmes = readdirSync(join(root, 'docs/examples'))
  .map((name) => `docs/examples/${name}/README.md`)
  .filter((file) => existsSync(join(root, file)));

it.each(['README.md', ...readmes])('every link of %s to a guide leads to a heading of it', (readme) => {
  const links = [...readFileSync(join(root, readme), 'utf8').matchAll(/\]\(([^():]+\.md)(?:#([^)]+))?\)/g)];
  const anchorsOf = (file: string): string[] =>
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
  const broken = links.filter(([, path, anchor]) => {
    const file = resolve(root, dirname(readme), path!);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

const page =
  '<a href="/base/api/">API</a> <a href="other#there">other</a> <img src="/base/a.svg"> <a href="https://example.org/x">x</a>';
const whole = { 'guide.html': page, 'other.html': '<h2 id="there">', 'api/index.html': '', 'a.svg': '<svg/>' };

it('a site is whole if every link leads to a page, and to a place in it', () => {
  expect(() => checkLinks(folderWith(whole), '/base/')).not.toThrow();
});

it.for([
  ['a page', { ...whole, 'guide.html': '<a href="gone">' }, /guide\.html: gone: no such file/],
  ['a place in a page', { ...whole, 'other.html': '' }, /guide\.html: other#there: no such place/],
  ['an image', { ...whole, 'a.svg': undefined }, /guide\.html: \/base\/a\.svg: no such file/],
  ['what is outside of the site', { ...whole, 'guide.html': '<a href="/elsewhere">' }, /guide\.html: \/elsewhere: no such file/],
] as const)('a link to %s that is missing is named', ([, files, text]) => {
  const present = Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined));
  expect(() => checkLinks(folderWith(present), '/base/')).toThrow(text);
});
