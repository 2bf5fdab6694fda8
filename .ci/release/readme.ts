import { readFileSync, writeFileSync } from 'node:fs';
import { addressOf, type Manifest } from './repository.js';

/** Where the links of one version of the README lead. */
interface Bases {
  /** What a link in README.md is relative to on GitHub. */
  readonly page: string;
  /** Pages show an image from here only: the address of its page is HTML. */
  readonly raw: string;
}

function basesOf(manifest: Manifest): Bases {
  const address = addressOf(manifest);
  const tag = `v${manifest.version}`;
  return {
    page: `${address}/blob/${tag}/`,
    raw: `${address.replace('//github.com/', '//raw.githubusercontent.com/')}/${tag}/`,
  };
}

/** The README for npm, which does not know the files that a relative link leads to. */
export function withAbsoluteLinks(text: string, manifest: Manifest): string {
  const { page, raw } = basesOf(manifest);
  return rewriteLinks(text, (link) => {
    if (/^(?:[a-z]+:|#|\/)/i.test(link)) return link;
    const url = new URL(link, page).href;
    if (!url.startsWith(page)) return url;
    const path = url.slice(page.length);
    // GitHub serves an SVG as an image only if it is asked to.
    if (path.endsWith('.svg')) return `${raw}${path}?sanitize=true`;
    return /\.(?:png|gif|jpe?g|webp)$/.test(path) ? raw + path : url;
  });
}

/** The README of git, from the one for npm. */
export function withRelativeLinks(text: string, manifest: Manifest): string {
  const { page, raw } = basesOf(manifest);
  const address = `${addressOf(manifest)}/`;
  return rewriteLinks(text, (link) => {
    if (link.startsWith(raw)) return link.slice(raw.length).replace(/\?sanitize=true$/, '');
    if (link.startsWith(page)) return link.slice(page.length);
    return link.startsWith(address) ? `../../${link.slice(address.length)}` : link;
  });
}

const CODE = /(```[\s\S]*?```|`[^`\n]*`)/;
const LINK = /(\]\(|\b(?:src|srcset|href)=")([^)"\s]+)/g;

/** Links of Markdown and HTML, but not what looks like one in a block of code. */
function rewriteLinks(text: string, rewrite: (link: string) => string): string {
  return text
    .split(CODE)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll(LINK, (_, before: string, link: string) => before + rewrite(link)),
    )
    .join('');
}

/** `npm pack` and `npm publish` call this with `absolute` before they read the README, and with `relative` afterwards. */
function main([kind]: readonly string[]): void {
  const root = new URL('../../', import.meta.url);
  const file = new URL('README.md', root);
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest;
  const rewrite = kind === 'absolute' ? withAbsoluteLinks : withRelativeLinks;
  writeFileSync(file, rewrite(readFileSync(file, 'utf8'), manifest));
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));
