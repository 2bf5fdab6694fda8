import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));
const root = resolve(docs, '..');

/** What the site has no page of: the rest of the repository, the examples, and files of docs that are no guides. */
const isOutside = (path: string): boolean =>
  !path.startsWith(docs) || path.startsWith(join(docs, 'examples', sep)) || /\.(?:ts|json)$/.test(path);

/**
 * In git a guide links to the file that it means. The site has no page of such a file, so that link
 * leads to the repository. A file that does not exist is an error, because VitePress no longer sees it.
 */
export function linkOutside(md: MarkdownRenderer, repository: string): void {
  md.core.ruler.push('links-outside', ({ tokens, env }) => {
    const page = (env as { path: string }).path;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || /^(?:[a-z]+:|#|\/)/i.test(href)) continue;
      const [file = '', anchor] = href.split('#');
      const path = resolve(dirname(page), file);
      if (!isOutside(path)) continue;
      if (!existsSync(path)) throw new Error(`${page} links to ${href}, which does not exist`);
      token.attrSet('href', `${repository}/blob/main/${relative(root, path)}${anchor === undefined ? '' : `#${anchor}`}`);
    }
  });
}
