import { existsSync, readFileSync } from 'node:fs';

/** The guides in the order of the sidebar and of llms.txt. */
const groups = [
  { text: 'Start', pages: ['getting-started', 'examples'] },
  { text: 'Sending', pages: ['sending', 'identities', 'audiences'] },
  { text: 'Stores', pages: ['mongodb', 'json-file', 'writing-a-store', 'fallback', 'migrating'] },
  { text: 'Platforms', pages: ['discord', 'other-platforms'] },
  { text: 'Running', pages: ['operating', 'errors', 'observing', 'cli'] },
  { text: 'Promises', pages: ['guarantees', 'how-it-is-tested', 'performance', 'stability'] },
] as const;

export interface Guide {
  readonly page: string;
  readonly title: string;
  /** Its first paragraph, as Markdown. */
  readonly about: string;
}

export interface GuideGroup {
  readonly text: string;
  readonly guides: readonly Guide[];
}

const fileOf = (page: string): URL => new URL(`../${page}.md`, import.meta.url);

function readGuide(page: string): Guide {
  const [, title, about] = /^# (.+)\n+([^\n]+(?:\n[^\n]+)*)/.exec(readFileSync(fileOf(page), 'utf8')) ?? [];
  if (title === undefined || about === undefined) throw new Error(`docs/${page}.md has no title with a paragraph below it`);
  return { page, title, about: about.replaceAll('\n', ' ') };
}

export const guideGroups: readonly GuideGroup[] = groups.map(({ text, pages }) => ({
  text,
  guides: pages.filter((page) => existsSync(fileOf(page))).map(readGuide),
}));
