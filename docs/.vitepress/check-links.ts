import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ids = new Map<string, ReadonlySet<string>>();

function idsOf(file: string): ReadonlySet<string> {
  const known = ids.get(file) ?? new Set([...readFileSync(file, 'utf8').matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id));
  ids.set(file, known);
  return known;
}

function fileOf(site: string, path: string): string | undefined {
  return [path, `${path}.html`, join(path, 'index.html')]
    .map((name) => join(site, name))
    .find((file) => /\.\w+$/.test(file) && existsSync(file));
}

/** What is wrong with the links and images of a page, if anything. */
function brokenOn(site: string, base: string, page: string): string[] {
  const here = new URL(`${base}${relative(site, page)}`, 'https://site.invalid');
  return [...readFileSync(page, 'utf8').matchAll(/\s(?:href|src)="([^"]+)"/g)].flatMap(([, link = '']) => {
    const target = new URL(link.replaceAll('&amp;', '&'), here);
    if (target.origin !== here.origin) return [];
    const file = target.pathname.startsWith(base)
      ? fileOf(site, decodeURIComponent(target.pathname.slice(base.length)))
      : undefined;
    const id = decodeURIComponent(target.hash.slice(1));
    if (file === undefined) return [`${relative(site, page)}: ${link}: no such file`];
    return id === '' || idsOf(file).has(id) ? [] : [`${relative(site, page)}: ${link}: no such place in the page`];
  });
}

/** VitePress fails on a link to a page that is missing. This fails on a place in a page, an image or a script too. */
export function checkLinks(site: string, base: string): void {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  const broken = pages.flatMap((name) => brokenOn(site, base, join(site, name)));
  if (broken.length > 0) throw new Error(`${broken.length} broken links:\n${broken.join('\n')}`);
}
