import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

// The site checks its own pages when it is built. The README is on GitHub and npm, and its links lead to the same headings.
it('every link of the README to a heading of a guide leads to one', () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const links = [...read('README.md').matchAll(/\]\(docs\/([a-z-]+)\.md#([^)]+)\)/g)].map(
    ([, page, anchor]) => [page!, anchor!] as const,
  );
  const anchorsOf = (page: string): string[] =>
    [...read(`docs/${page}.md`).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter(([page, anchor]) => !anchorsOf(page).includes(anchor))).toEqual([]);
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
