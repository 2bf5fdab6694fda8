import { existsSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';
import { guideGroups } from './guides.js';

/** A node of what typedoc writes about its own pages. */
interface ApiNode {
  readonly title: string;
  readonly path?: string | undefined;
  readonly children?: readonly ApiNode[];
}

const navigation = new URL('../api/navigation.json', import.meta.url);
const ROOT = 'sent-code-store';
const ENTRY_POINTS = [ROOT, 'discord', 'telegram', 'store', 'conformance'];

const linkOf = (path: string): string => `/api/${path.replace(/(?:index)?\.md$/, '')}`;

function itemOf({ title, path, children }: ApiNode): DefaultTheme.SidebarItem {
  return {
    text: title,
    ...(path === undefined ? {} : { link: linkOf(path) }),
    ...(children === undefined ? {} : { collapsed: true, items: children.map(itemOf) }),
  };
}

/** The types that a public one names without being exported come last, as one line: few readers want them. */
function itemsOf(children: readonly ApiNode[]): DefaultTheme.SidebarItem[] {
  const isInner = ({ title }: ApiNode): boolean => title === 'Modules';
  const inner = children.filter(isInner).flatMap((node) => node.children ?? []);
  return [...children.filter((node) => !isInner(node)).map(itemOf), ...inner.map(({ title, path }) => itemOf({ title, path }))];
}

/** Below each entry point its own pages, because all of them would be most of the bytes of every page. */
export function apiSidebars(): DefaultTheme.SidebarMulti {
  if (!existsSync(navigation)) throw new Error('docs/api is missing. Run npm run docs, which makes the API pages first');
  const nodes = JSON.parse(readFileSync(navigation, 'utf8')) as ApiNode[];
  const entryPoints = ENTRY_POINTS.map((name) => {
    const { path, children = [] } = nodes.find(({ title }) => title === name) ?? {};
    if (path === undefined) throw new Error(`docs/api has no page of the entry point ${name}`);
    return { name, text: name === ROOT ? ROOT : `${ROOT}/${name}`, link: linkOf(path), items: itemsOf(children) };
  });
  const sidebarFor = (open: string | undefined): DefaultTheme.SidebarItem[] =>
    entryPoints.map(({ name, text, link, items }) => ({ text, link, ...(name === open ? { items } : {}) }));
  return Object.fromEntries([
    ...entryPoints.map(({ name, link }) => [link, sidebarFor(name)] as const),
    ['/api/', sidebarFor(undefined)] as const,
  ]);
}

export function guideSidebar(): DefaultTheme.SidebarItem[] {
  return guideGroups.map(({ text, guides }) => ({
    text,
    items: guides.map(({ page, title }) => ({ text: title, link: `/${page}` })),
  }));
}
