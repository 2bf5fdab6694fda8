import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codesShown, lostToDeduplication, postsByCode, readLedger } from './ledger-reader.js';
import { postWith, restFor } from './real-errors.js';
import { startDiscordApi } from './server.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const CHANNEL = '100000000000000001';
const OTHER_CHANNEL = '100000000000000002';

let api: TemporaryDiscordApi;
beforeEach(async () => {
  api = await temporaryDiscordApi();
});
afterEach(() => api.close());

describe('the ledger is written before the answer leaves', () => {
  it('its line is in the file when the client has the answer', async () => {
    for (let sent = 1; sent <= 20; sent++) {
      const { id } = (await postWith(restFor(api.url), CHANNEL)) as { id: string };
      expect(api.ledger().at(-1)).toMatchObject({ sequence: sent, kind: 'created', messageId: id });
    }
  });

  it('a line that cannot be written is a 500, and no message', async () => {
    rmSync(api.folder, { recursive: true });
    await expect(postWith(restFor(api.url), CHANNEL)).rejects.toMatchObject({ status: 500 });
    expect(await restFor(api.url).get(`/channels/${CHANNEL}/messages`)).toEqual([]);
  });

  it('it is not mixed with an older one', async () => {
    await postWith(restFor(api.url), CHANNEL);
    await expect(startDiscordApi({ ledgerPath: api.ledgerPath })).rejects.toThrow('already holds entries');
  });
});

describe('a damaged ledger proves nothing', () => {
  const damaged: [string, string][] = [
    ['a torn last line', '{"sequence":1}\n{"sequence":2'],
    ['a line that is no JSON', '{"sequence":1}\n\n'],
    ['a missing line', '{"sequence":1}\n{"sequence":3}\n'],
    ['no file', ''],
  ];

  it.each(damaged)('%s throws', (_what, text) => {
    const path = join(api.folder, 'damaged.ndjson');
    if (text !== '') writeFileSync(path, text);
    expect(() => readLedger(path)).toThrow();
  });
});

describe('the codes of a message', () => {
  it('are the names of embed fields', () => {
    const embeds = [{ fields: [{ name: 'A', value: 'v' }] }, { title: 't' }, { fields: [{ name: 'B', value: 'v' }] }];
    expect(codesShown({ content: 'new codes', embeds })).toEqual(['A', 'B']);
  });

  it('are the lines of the content where there are no fields', () => {
    expect(codesShown({ content: 'A\n\n B ', embeds: [{ title: 't' }] })).toEqual(['A', ' B ']);
  });

  const post = (content: string, channelId = CHANNEL, nonce?: string): Promise<unknown> =>
    postWith(restFor(api.url), channelId, { content, ...(nonce === undefined ? {} : { nonce, enforce_nonce: true }) });

  it('are counted by channel, whatever their case and the spaces around them; a resend and a refusal count for nothing', async () => {
    await post('A\nB', CHANNEL, 'n');
    await post('A\nB', CHANNEL, 'n');
    await post(' b\nb', CHANNEL);
    await post('A', OTHER_CHANNEL);
    await api.control.setFaults({ rules: [{ fault: 'missing-access' }] });
    await expect(post('A', OTHER_CHANNEL)).rejects.toThrow();
    const counts = { [`${CHANNEL}:A`]: 1, [`${CHANNEL}:B`]: 2, [`${OTHER_CHANNEL}:A`]: 1 };
    expect(Object.fromEntries(postsByCode(api.ledger()))).toEqual(counts);
  });

  it('that a resend held beyond the first message, or for another channel, are lost', async () => {
    await post('A\nB', CHANNEL, 'n');
    await post(' a\nB', CHANNEL, 'n');
    expect(lostToDeduplication(api.ledger())).toEqual([]);
    await post('A\nC', CHANNEL, 'n');
    await post('A', OTHER_CHANNEL, 'n');
    expect(lostToDeduplication(api.ledger())).toEqual([`${CHANNEL}:C`, `${OTHER_CHANNEL}:A`]);
  });
});
