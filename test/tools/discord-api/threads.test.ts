import { Client, type ForumChannel } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHANNEL_TYPES } from './channels.js';
import { postsByCode } from './ledger-reader.js';
import { BOT_ID, postWith, restFor } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const FORUM = '100000000000000015';
const TEXT = '100000000000000001';

let api: TemporaryDiscordApi;
beforeEach(async () => {
  api = await temporaryDiscordApi();
  await api.control.setChannel(FORUM, { type: CHANNEL_TYPES.forum });
});
afterEach(() => api.close());

interface Thread {
  readonly id: string;
  readonly message: { readonly id: string; readonly channel_id: string };
}

const start = async (content = 'CODE', more: object = {}): Promise<Thread> =>
  (await restFor(api.url).post(`/channels/${FORUM}/threads`, {
    body: { name: 'codes', message: { content, ...more } },
  })) as Thread;
const get = (path: `/${string}`): Promise<unknown> => restFor(api.url).get(path);

describe('a post in a forum', () => {
  it('is a thread whose first message has its id', async () => {
    const { id, message } = await start();
    expect(message).toMatchObject({ id, channel_id: id });
    expect(await get(`/channels/${id}`)).toMatchObject({ type: 11, parent_id: FORUM, owner_id: BOT_ID, last_message_id: id });
    expect(await get(`/channels/${id}/messages`)).toMatchObject([{ id, content: 'CODE', author: { id: BOT_ID } }]);
  });

  it('is in the ledger under the forum, and counts as one post there', async () => {
    await start();
    expect([...postsByCode(api.ledger())]).toEqual([[`${FORUM}:CODE`, 1]]);
  });

  it('is made twice, although its nonce is the same: the first message of a thread has none', async () => {
    const nonce = { nonce: 'n-1', enforce_nonce: true };
    expect((await start('CODE', nonce)).id).not.toBe((await start('CODE', nonce)).id);
    expect(api.ledger().map(({ kind }) => kind)).toEqual(['created', 'created']);
  });

  it('meets the faults of its forum', async () => {
    await api.control.setFaults({ rules: [{ channelId: FORUM, fault: 'server-error-after-commit' }] });
    await expect(start()).rejects.toMatchObject({ status: 500 });
    expect(api.ledger()).toMatchObject([{ kind: 'created', channelId: FORUM, fault: 'server-error-after-commit' }]);
  });

  it('can be answered: messages in a thread are messages', async () => {
    const { id } = await start();
    await postWith(restFor(api.url), id, { content: 'later', nonce: 'n-1', enforce_nonce: true });
    await postWith(restFor(api.url), id, { content: 'later', nonce: 'n-1', enforce_nonce: true });
    expect(await get(`/channels/${id}/messages`)).toMatchObject([{ content: 'later' }, { content: 'CODE' }]);
  });

  it('is what a forum has in place of messages', async () => {
    await expect(postWith(restFor(api.url), FORUM)).rejects.toMatchObject({ code: 50008 });
    await expect(get(`/channels/${FORUM}/messages`)).rejects.toMatchObject({ code: 50024 });
    await expect(restFor(api.url).post(`/channels/${TEXT}/threads`, { body: { name: 'x', message: {} } })).rejects.toMatchObject({
      code: 50035,
    });
  });

  it('is as hidden as its forum', async () => {
    const { id } = await start();
    await api.control.setChannel(FORUM, { readMessageHistory: false });
    expect(await get(`/channels/${id}/messages`)).toEqual([]);
    await expect(get(`/channels/${FORUM}/threads/archived/public`)).rejects.toMatchObject({ code: 50001 });
    await api.control.setChannel(FORUM, { viewChannel: false });
    await expect(get(`/channels/${id}`)).rejects.toMatchObject({ code: 50001 });
    expect(await get(`/guilds/${FORUM}/threads/active`)).toMatchObject({ threads: [] });
  });

  it('can be made with discord.js', async () => {
    const client = new Client({ intents: [], rest: { api: `${api.url}/api`, retries: 0 } });
    client.rest.setToken(BOT_ID);
    const forum = (await client.channels.fetch(FORUM, { allowUnknownGuild: true })) as ForumChannel;
    await forum.threads.create({ name: 'codes', message: { content: 'CODE' } });
    expect([...postsByCode(api.ledger())]).toEqual([[`${FORUM}:CODE`, 1]]);
    await client.destroy();
  });
});

describe('the threads of a forum', () => {
  const ids = (answer: unknown): string[] => (answer as { threads: { id: string }[] }).threads.map(({ id }) => id);

  it('are active, newest first, until they are archived', async () => {
    const [one, two, three] = [await start('1'), await start('2'), await start('3')];
    expect(ids(await get(`/guilds/${FORUM}/threads/active`))).toEqual([three.id, two.id, one.id]);
    await api.control.setChannel(one.id, { archivedAt: 2000 });
    await api.control.setChannel(three.id, { archivedAt: 1000 });
    expect(ids(await get(`/guilds/${FORUM}/threads/active`))).toEqual([two.id]);
    expect(await get(`/channels/${FORUM}/threads/archived/public`)).toMatchObject({ has_more: false });
    expect(ids(await get(`/channels/${FORUM}/threads/archived/public`))).toEqual([one.id, three.id]);
    expect(await get(`/channels/${FORUM}/threads/archived/public?limit=1`)).toMatchObject({
      threads: [{ id: one.id }],
      has_more: true,
    });
    const before = new Date(2000).toISOString();
    expect(ids(await get(`/channels/${FORUM}/threads/archived/public?before=${before}`))).toEqual([three.id]);
  });
});

describe('a webhook', () => {
  it('posts in its channel under its own name, and compares no nonce', async () => {
    const webhook = '910000000000000001';
    const body = { content: 'CODE', nonce: 'n-1', enforce_nonce: true };
    for (const each of [1, 2]) {
      const posted = await restFor(api.url).post(`/webhooks/${webhook}/${TEXT}`, { body, auth: false });
      expect(posted, String(each)).toMatchObject({ webhook_id: webhook, author: { id: webhook } });
    }
    expect(await get(`/channels/${TEXT}/messages`)).toHaveLength(2);
    await api.control.setContentIntent(false);
    expect(await get(`/channels/${TEXT}/messages`)).toMatchObject([{ content: '' }, { content: '' }]);
  });
});
