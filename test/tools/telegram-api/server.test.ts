import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TelegramApi } from './server.js';

let api: TelegramApi;
beforeAll(async () => {
  api = await TelegramApi.start();
});
afterAll(() => api.close());

const send = (to = api, signal?: AbortSignal): Promise<Response> =>
  fetch(`${to.url}/bot1:token/sendMessage`, { method: 'POST', body: '{}', ...(signal && { signal }) });

describe('the fake of the Bot API', () => {
  it('takes a message', async () => {
    const response = await send();
    expect(await response.json()).toEqual({ ok: true, result: { message_id: 1 } });
    expect(api.calls.at(-1)).toBe('sendMessage');
    expect(api.posted).toEqual(['{}']);
  });

  it('refuses the next request only, with the status in the answer too', async () => {
    api.failNext({ status: 429, description: 'Too Many Requests: retry after 3', parameters: { retry_after: 3 } });
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 3',
      parameters: { retry_after: 3 },
    });
    expect(api.posted).toHaveLength(1);
    expect((await send()).status).toBe(200);
  });

  it('answers with the page of a proxy', async () => {
    api.failNext({ page: 502 });
    const response = await send();
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('<html>');
  });

  it('takes a message and cuts the connection', async () => {
    const before = api.calls.length;
    api.failNext('cut');
    await expect(send()).rejects.toThrow('fetch failed');
    expect(api.calls.length).toBe(before + 1);
  });

  it('takes a message and stays silent', async () => {
    const controller = new AbortController();
    const silent = await TelegramApi.start(() => controller.abort());
    onTestFinished(() => silent.close());
    silent.failNext('silence');
    await expect(send(silent, controller.signal)).rejects.toThrow('aborted');
    expect(silent.posted).toEqual(['{}']);
  });
});
