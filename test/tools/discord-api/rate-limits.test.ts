import { afterEach, describe, expect, it } from 'vitest';
import { BOT_ID, CONTENT, postWith, restFor } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const CHANNEL = '100000000000000001';
const OTHER_CHANNEL = '100000000000000002';
const OTHER_BOT = '900000000000000002';

let api: TemporaryDiscordApi;
afterEach(() => api.close());

const post = (channelId = CHANNEL, author = BOT_ID): Promise<Response> =>
  fetch(`${api.url}/api/v10/channels/${channelId}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bot ${author}` },
    body: JSON.stringify({ content: CONTENT }),
  });

describe('rate limits', () => {
  it('every answer says what is left of its route and when that resets', async () => {
    api = await temporaryDiscordApi({ routeLimit: { requests: 2, windowMs: 60_000 } });
    const [first, second] = [await post(), await post()];
    expect(Object.fromEntries(first.headers)).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' });
    expect(second.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(second.headers.get('x-ratelimit-bucket')).toBe(first.headers.get('x-ratelimit-bucket'));
    expect(Number(second.headers.get('x-ratelimit-reset-after'))).toBeGreaterThan(0);
    expect(Number(second.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
  });

  it('one request too many is a 429 that says how long to wait, and posts nothing', async () => {
    api = await temporaryDiscordApi({ routeLimit: { requests: 1, windowMs: 60_000 } });
    await post();
    const limited = await post();
    expect(limited.status).toBe(429);
    const body = (await limited.json()) as { retry_after: number; global: boolean };
    expect(body).toMatchObject({ message: 'You are being rate limited.', global: false });
    expect(limited.headers.get('retry-after')).toBe(String(Math.ceil(body.retry_after)));
    expect(limited.headers.get('x-ratelimit-scope')).toBe('user');
    expect(limited.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(api.ledger()).toMatchObject([{ kind: 'created' }, { kind: 'refused', status: 429, author: BOT_ID }]);
  });

  it('channels and authors are counted apart, and the window passes', async () => {
    api = await temporaryDiscordApi({ routeLimit: { requests: 1, windowMs: 60_000 } });
    expect((await post()).status).toBe(200);
    expect((await post(OTHER_CHANNEL)).status).toBe(200);
    expect((await post(CHANNEL, OTHER_BOT)).status).toBe(200);
    expect((await post()).status).toBe(429);
    await api.control.advanceClock(60_000);
    expect((await post()).status).toBe(200);
  });

  it('the global limit counts all routes of an author, and says that it is global', async () => {
    api = await temporaryDiscordApi({ globalLimit: { requests: 2, windowMs: 60_000 } });
    await post();
    await post(OTHER_CHANNEL);
    const limited = await post();
    expect(limited.status).toBe(429);
    expect(await limited.json()).toMatchObject({ global: true });
    expect(Object.fromEntries(limited.headers)).toMatchObject({ 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' });
    expect((await post(CHANNEL, OTHER_BOT)).status).toBe(200);
  });

  it('the real client heeds the headers: many messages at once arrive, one each, without a single 429', async () => {
    api = await temporaryDiscordApi({ routeLimit: { requests: 5, windowMs: 100 } });
    const rest = restFor(api.url);
    await Promise.all(Array.from({ length: 12 }, (_, index) => postWith(rest, CHANNEL, { content: `CODE${index}` })));
    expect(api.ledger().map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => 'created'));
  });

  it('the real client waits out a 429 and sends again', async () => {
    api = await temporaryDiscordApi();
    await api.control.setFaults({ rules: [{ fault: 'channel-write-limit' }] });
    await postWith(restFor(api.url), CHANNEL);
    expect(api.ledger()).toMatchObject([{ kind: 'refused', status: 429, code: 20028 }, { kind: 'created' }]);
  });
});
