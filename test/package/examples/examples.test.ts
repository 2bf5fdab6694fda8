import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discordBot } from './discord-bot/expectation.js';
import { expressHealth } from './express-health/expectation.js';
import { exampleNames, installExamples, type InstalledExamples } from './install-examples.js';
import { keyvStore } from './keyv-store/expectation.js';
import { plainLoop } from './plain-loop/expectation.js';
import { rssToWebhook } from './rss-to-webhook/expectation.js';
import { telegram } from './telegram/expectation.js';

/** What each example must do. It is told its folder when a test runs. */
const expectations: Readonly<Record<string, (folder: () => string) => void>> = {
  'discord-bot': discordBot,
  'express-health': expressHealth,
  'keyv-store': keyvStore,
  'plain-loop': plainLoop,
  'rss-to-webhook': rssToWebhook,
  telegram,
};

let installed: InstalledExamples;
beforeAll(async () => {
  installed = await installExamples();
});
afterAll(() => installed.dispose());

it('every example is expected to do something', () => {
  expect(Object.keys(expectations).sort()).toEqual([...exampleNames].sort());
});

describe.each(Object.entries(expectations))('docs/examples/%s, from the packed package', (name, expectation) => {
  expectation(() => installed.folderOf(name));
});
