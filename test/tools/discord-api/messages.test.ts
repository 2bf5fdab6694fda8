import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOT_ID, restFor } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const CHANNEL = '100000000000000001';
const OTHER_CHANNEL = '100000000000000002';

let api: TemporaryDiscordApi;
beforeEach(async () => {
  api = await temporaryDiscordApi();
});
afterEach(() => api.close());

async function call(method: string, path: string, body?: object, token = BOT_ID): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${api.url}/api/v10${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token === '' ? {} : { Authorization: `Bot ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function post(content: string, channelId = CHANNEL): Promise<string> {
  const { body } = await call('POST', `/channels/${channelId}/messages`, { content });
  return (body as { id: string }).id;
}

async function list(query: string): Promise<string[]> {
  const { body } = await call('GET', `/channels/${CHANNEL}/messages${query}`);
  return (body as { content: string }[]).map(({ content }) => content);
}

describe('messages can be posted, read and deleted', () => {
  it('a posted message comes back with its author, content and embeds, and can be read', async () => {
    const embeds = [{ title: 'Codes', fields: [{ name: 'CODE', value: '100 gems' }] }];
    const posted = await call('POST', `/channels/${CHANNEL}/messages`, { content: 'new', embeds, nonce: 'n-1' });
    const expected = {
      channel_id: CHANNEL,
      content: 'new',
      author: { id: BOT_ID, bot: true },
      embeds: [{ ...embeds[0], type: 'rich' }],
    };
    expect(posted).toMatchObject({ status: 200, body: { ...expected, nonce: 'n-1' } });
    const read = await call('GET', `/channels/${CHANNEL}/messages/${(posted.body as { id: string }).id}`);
    expect(read).toMatchObject({ status: 200, body: expected });
    expect(read.body).not.toHaveProperty('nonce');
  });

  it('a channel lists its messages from newest to oldest, by pages', async () => {
    const ids: string[] = [];
    for (const content of ['1', '2', '3', '4', '5']) ids.push(await post(content));
    await post('elsewhere', OTHER_CHANNEL);
    expect(await list('')).toEqual(['5', '4', '3', '2', '1']);
    expect(await list('?limit=2')).toEqual(['5', '4']);
    expect(await list(`?limit=2&before=${ids[3]!}`)).toEqual(['3', '2']);
    expect(await list(`?limit=2&after=${ids[1]!}`)).toEqual(['4', '3']);
  });

  it('a deleted message is unknown to every later request', async () => {
    const path = `/channels/${CHANNEL}/messages/${await post('x')}`;
    expect(await call('DELETE', path)).toEqual({ status: 204, body: undefined });
    const unknown = { status: 404, body: { code: 10008, message: 'Unknown Message' } };
    expect(await call('GET', path)).toEqual(unknown);
    expect(await call('DELETE', path)).toEqual(unknown);
    expect(await list('')).toEqual([]);
    expect(api.ledger().map(({ kind }) => kind)).toEqual(['created', 'deleted']);
  });

  it('channel and user can be read with the real client', async () => {
    const rest = restFor(api.url);
    expect(await rest.get(`/channels/${CHANNEL}`)).toMatchObject({ id: CHANNEL, type: 0 });
    expect(await rest.get('/users/@me')).toMatchObject({ id: BOT_ID, bot: true });
  });
});

describe('what Discord refuses is refused, and nothing is posted', () => {
  const fields = (count: number): object[] => Array.from({ length: count }, (_, index) => ({ name: `CODE${index}`, value: 'v' }));
  const refused: [string, object, number, number][] = [
    ['an empty message', { content: ' ' }, 400, 50006],
    ['a message without content and embeds', {}, 400, 50006],
    ['an embed of 26 fields', { embeds: [{ fields: fields(26) }] }, 400, 50035],
    ['11 embeds', { embeds: fields(11).map(() => ({ title: 't' })) }, 400, 50035],
    ['6001 characters in embeds', { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] }, 400, 50035],
    ['2001 characters of content', { content: 'x'.repeat(2001) }, 400, 50035],
    ['a nonce of 26 characters', { content: 'x', nonce: 'n'.repeat(26), enforce_nonce: true }, 400, 50035],
    ['an integer nonce that JSON.parse would round', { content: 'x', nonce: 2 ** 53 }, 400, 50035],
    ['a nonce that is no string or integer', { content: 'x', nonce: true }, 400, 50035],
  ];

  it.each(refused)('%s', async (_what, body, status, code) => {
    expect(await call('POST', `/channels/${CHANNEL}/messages`, body)).toMatchObject({ status, body: { code } });
    expect(await list('')).toEqual([]);
    expect(api.ledger()).toMatchObject([{ kind: 'refused', channelId: CHANNEL, author: BOT_ID, status, code }]);
  });

  it('a 50035 says where in the body', async () => {
    const { body } = await call('POST', `/channels/${CHANNEL}/messages`, { embeds: [{ fields: fields(26) }] });
    expect(body).toMatchObject({ errors: { embeds: { 0: { fields: { _errors: [{ code: expect.any(String) as string }] } } } } });
  });

  it('the largest message that Discord takes is taken', async () => {
    const body = { content: 'x'.repeat(2000), embeds: [{ fields: fields(25) }], nonce: 'n'.repeat(25), enforce_nonce: true };
    expect((await call('POST', `/channels/${CHANNEL}/messages`, body)).status).toBe(200);
  });

  it('a body that is no JSON', async () => {
    const headers = { Authorization: `Bot ${BOT_ID}` };
    const response = await fetch(`${api.url}/api/v10/channels/${CHANNEL}/messages`, {
      method: 'POST',
      headers,
      body: '{"content',
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status: 400, body: { code: 50109 } });
  });

  it.each(['', 'nobody'])('the token "%s"', async (token) => {
    expect(await call('POST', `/channels/${CHANNEL}/messages`, { content: 'x' }, token)).toMatchObject({
      status: 401,
      body: { code: 0 },
    });
    expect(await call('GET', '/users/@me', undefined, token)).toMatchObject({ status: 401 });
    expect(api.ledger()).toMatchObject([{ kind: 'refused', author: null, status: 401 }]);
  });

  it('a channel that was deleted, or never was one', async () => {
    await api.control.deleteChannel(CHANNEL);
    for (const channelId of [CHANNEL, '7']) {
      expect(await call('POST', `/channels/${channelId}/messages`, { content: 'x' })).toMatchObject({
        status: 404,
        body: { code: 10003 },
      });
    }
    expect((await call('GET', `/channels/${OTHER_CHANNEL}`)).status).toBe(200);
  });
});
