import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EJSON } from 'bson';
import { JsonFileStore, type SentCodeStore } from 'sent-code-store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mongoWorld, type CodeDocument } from '../support/mongo-stores.js';

/** Written by 1.0.0-rc.1. No version 1 may be unable to read it: docs/stability.md. */
const frozen = fileURLToPath(new URL('../fixtures/frozen/', import.meta.url));
const sentAt = new Date('2026-01-02T03:04:05.678Z');

async function expectContents(store: SentCodeStore): Promise<void> {
  const guild = '1147956569271697518';
  expect(await store.getSent(guild, ['wos0408', 'GOGOWOS', 'later', 'new'])).toEqual(
    new Map([
      ['wos0408', { guildId: guild, code: 'WOS0408', source: 'api', sentAt, receipt: null }],
      ['GOGOWOS', { guildId: guild, code: 'GOGOWOS', source: 'api', sentAt, receipt: null }],
      ['later', { guildId: guild, code: 'LATER', source: 'manual', sentAt, receipt: null }],
    ]),
  );
  const posted = { guildId: '500', code: 'POSTED', source: 'auto', sentAt, receipt: 'message-9' };
  expect(await store.getSent('500', ['Posted'])).toEqual(new Map([['Posted', posted]]));
  expect(await store.isSent('chat-7', 'é"\\[],')).toBe(true);
  expect(await store.filterUnsent('300', ['gone'])).toEqual(['gone']);
  expect(await store.baseline('400', ['new'])).toEqual({ applied: false, marked: [] });
  const uncertain = new Map<string, string | null>();
  for await (const { code, target } of store.listUncertain('200')) uncertain.set(code, target);
  expect(uncertain).toEqual(
    new Map([
      ['CLAIMED', null],
      ['UNCLEAR1', 'channel-2'],
      ['UNCLEAR2', 'channel-2'],
    ]),
  );
  const claims = await store.takeUncertain('200');
  expect(claims.map(({ codes }) => codes).sort()).toEqual([['Claimed'], ['Unclear1', 'unclear2']]);
}

describe('what 1.0 has written', () => {
  it('can be read: a file and its journal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sent-code-store-frozen-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(frozen, folder, { recursive: true });
    const store = new JsonFileStore({ path: join(folder, 'sent.json'), create: 'never' });
    onTestFinished(() => store.close());
    await expectContents(store);
  });

  it('can be read: documents', async () => {
    const { store, documents } = await mongoWorld();
    await documents.deleteMany({});
    const text = readFileSync(join(frozen, 'documents.json'), 'utf8');
    await documents.insertMany(EJSON.parse(text, { relaxed: false }) as CodeDocument[]);
    await expectContents(store);
  });
});
