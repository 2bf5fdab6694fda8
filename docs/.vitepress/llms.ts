import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guideGroups } from './guides.js';

/** What of a paragraph fits in a line of a list: its first sentence, without links. */
function firstSentence(markdown: string): string {
  const text = markdown.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}

/** llms.txt: the guides in one list for programs that read. The guides lie beside it as Markdown. */
export function writeLlmsTxt(site: string, summary: string): void {
  const sections = guideGroups.map(({ text, guides }) => {
    const lines = guides.map(({ page, title, about }) => `- [${title}](${page}.md): ${firstSentence(about)}`);
    return `## ${text}\n\n${lines.join('\n')}\n`;
  });
  for (const { page } of guideGroups.flatMap(({ guides }) => guides))
    copyFileSync(new URL(`../${page}.md`, import.meta.url), join(site, `${page}.md`));
  writeFileSync(join(site, 'llms.txt'), [`# sent-code-store\n\n> ${summary}\n`, ...sections].join('\n'));
}
