import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { addressOf, type Manifest } from '../../.ci/release/repository.js';
import { anchorOf } from './anchors.js';
import { checkLinks } from './check-links.js';
import { writeLlmsTxt } from './llms.js';
import { FOLDERS_WITHOUT_PAGES, linkOutside } from './outside-links.js';
import { apiSidebars, guideSidebar } from './sidebar.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest & {
  readonly description: string;
};
const repository = addressOf(manifest);
// Pages serves a project below its name.
const base = `/${manifest.name}/`;

export default defineConfig({
  title: manifest.name,
  description: manifest.description,
  base,
  lang: 'en',
  cleanUrls: true,
  srcExclude: FOLDERS_WITHOUT_PAGES.map((folder) => `${folder}/**`),
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  // The index of the search is larger than Vite likes. It is loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  markdown: {
    anchor: { slugify: anchorOf },
    config: (md) => linkOutside(md, repository),
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        // What no entry point exports is found from the pages that name it.
        _render: (src, env, md) => (env.relativePath.includes('/not-exported/') ? '' : md.render(src, env)),
        // Who searches mostly wants to be told, and then the signature. Each option has four pages in the API.
        miniSearch: { searchOptions: { boostDocument: (id: string) => (id.includes('/api/') ? 0.2 : 1) } },
      },
    },
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/getting-started', activeMatch: '^/(?!api/|$)' },
      { text: 'API', link: '/api/sent-code-store/', activeMatch: '^/api/' },
      { text: 'Changes', link: `${repository}/blob/main/CHANGELOG.md` },
    ],
    sidebar: { ...apiSidebars(), '/': guideSidebar() },
    socialLinks: [{ icon: 'github', link: repository }],
  },
  buildEnd: ({ outDir }) => {
    writeLlmsTxt(outDir, manifest.description);
    checkLinks(outDir, base);
  },
});
