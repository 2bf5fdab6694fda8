import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { expect, it } from 'vitest';
import { docBlocks } from '../support/doc-blocks.js';

const blocks = docBlocks(fileURLToPath(new URL('../..', import.meta.url)));
const firstOf = (page: string): string => blocks.find(({ where }) => where.startsWith(`${page}:`))!.code;

it('the site shows the bot of the README, which has 25 lines at most and no types, so that it runs as JavaScript too', () => {
  const bot = firstOf('README.md');
  expect(firstOf('docs/discord.md')).toBe(bot);
  expect(bot.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  expect(() => transformSync(bot, { loader: 'js', format: 'esm' })).not.toThrow();
});
