import { calculateObjectSize } from 'bson';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JsonFileStore } from 'sent-code-store';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/all-commands.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { mongoWorld } from '../support/mongo-stores.js';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/operating.md');

it('every link within the page leads somewhere', () => {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, text]) => text!.toLowerCase().replaceAll(' ', '-'));
  const links = [...page.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((anchor) => !headings.includes(anchor!))).toEqual([]);
});

it('every command of the page exists', () => {
  const named = [...page.matchAll(/sent-codes ([a-z]+(?:-[a-z]+)*)/g)].map(([, name]) => name);
  const known = COMMANDS.map(({ name }) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !known.includes(name!))).toEqual([]);
});

it('a record has as many bytes as the page says', async () => {
  const codes = Array.from({ length: 1000 }, (_, index) => `WOS${String(index).padStart(7, '0')}`);
  const guilds = Array.from({ length: 10 }, (_, index) => String(1147956569271697518n + BigInt(index)));
  const path = join(tempFolder(), 'sent.json');
  const file = new JsonFileStore({ path });
  for (let start = 0; start < codes.length; start += 10) {
    const batch = guilds.map((guildId) => ({ guildId, codes: codes.slice(start, start + 10) }));
    await file.markSentMany(batch, { source: 'api', sentAt: new Date(Date.UTC(2026, 0, 1) + start * 86_400_000) });
  }
  await file.close();
  const { store, collection } = await mongoWorld();
  await store.markSent(guilds[0]!, codes.slice(0, 1), { source: 'api' });
  const document = await collection.findOne({ source: 'api' }, { promoteValues: false });
  expect(Math.ceil(statSync(path).size / (codes.length * guilds.length))).toBe(
    Number(/\| (\d+) in the snapshot/.exec(page)?.[1]),
  );
  expect(calculateObjectSize(document!)).toBe(Number(/\| (\d+) of BSON/.exec(page)?.[1]));
  expect(`${guilds[0]}:${codes[0]}`).toHaveLength(Number(/a key of (\d+) in the index/.exec(page)?.[1]));
});
