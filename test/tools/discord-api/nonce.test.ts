import { Client, type SendableChannels } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOT_ID, postWith, restFor } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const CHANNEL = '100000000000000001';
const OTHER_CHANNEL = '100000000000000002';
const OTHER_BOT = '900000000000000002';
const NONCE_WINDOW_MS = 180_000;
const enforced = { content: 'CODE', nonce: 'n-1', enforce_nonce: true };

let api: TemporaryDiscordApi;
beforeEach(async () => {
  api = await temporaryDiscordApi({ nonceWindowMs: NONCE_WINDOW_MS });
});
afterEach(() => api.close());

const kinds = (): string[] => api.ledger().map(({ kind }) => kind);
const post = async (
  body: object,
  channelId = CHANNEL,
  rest = restFor(api.url),
): Promise<{ id: string; channel_id: string; content: string }> =>
  (await postWith(rest, channelId, body)) as { id: string; channel_id: string; content: string };

describe('an enforced nonce is unique for its author within the window', () => {
  it('a resend returns the first message, whatever it holds, and posts nothing', async () => {
    const first = await post(enforced);
    const resent = await post({ ...enforced, content: 'CODE and another' });
    expect(resent).toMatchObject({ id: first.id, content: 'CODE', nonce: 'n-1' });
    expect(kinds()).toEqual(['created', 'deduplicated']);
  });

  it('a nonce that is not enforced is no nonce, neither for its own request nor for later ones', async () => {
    const plain = { content: 'CODE', nonce: 'n-1' };
    await post(plain);
    await post(plain);
    await post(enforced);
    await post(plain);
    expect(kinds()).toEqual(['created', 'created', 'created', 'created']);
  });

  it('another author has nonces of its own', async () => {
    const first = await post(enforced);
    const other = await post(enforced, CHANNEL, restFor(api.url).setToken(OTHER_BOT));
    expect(other.id).not.toBe(first.id);
  });

  it('another channel has not: the first message comes back from its own channel', async () => {
    const first = await post(enforced);
    expect(await post(enforced, OTHER_CHANNEL)).toMatchObject({ id: first.id, channel_id: CHANNEL });
    expect(await restFor(api.url).get(`/channels/${OTHER_CHANNEL}/messages`)).toEqual([]);
  });

  it('an integer is a nonce too', async () => {
    const first = await post({ ...enforced, nonce: 77 });
    expect((await post({ ...enforced, nonce: 77 })).id).toBe(first.id);
  });

  it('after the window the nonce is forgotten', async () => {
    const first = await post(enforced);
    await api.control.advanceClock(NONCE_WINDOW_MS - 1000);
    expect((await post(enforced)).id).toBe(first.id);
    await api.control.advanceClock(1000);
    expect((await post(enforced)).id).not.toBe(first.id);
  });

  it('the resend of a message that was deleted is a 404/10008, and posts nothing', async () => {
    const first = await post(enforced);
    await restFor(api.url).delete(`/channels/${CHANNEL}/messages/${first.id}`);
    await expect(post(enforced)).rejects.toMatchObject({ status: 404, code: 10008 });
    expect(kinds()).toEqual(['created', 'deleted', 'refused']);
    await api.control.advanceClock(NONCE_WINDOW_MS);
    await post(enforced);
    expect(kinds().at(-1)).toBe('created');
  });

  it('two requests at once post one message', async () => {
    const sent = await Promise.all(Array.from({ length: 8 }, () => post(enforced)));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(kinds().filter((kind) => kind === 'created')).toHaveLength(1);
  });
});

describe("the REST client's own retries", () => {
  const RETRIED = ['server-error-after-commit', 'reset-after-commit', 'hang-after-commit'] as const;

  it.each(RETRIED)('%s: without a nonce they post one message each, four in all', async (fault) => {
    await api.control.setFaults({ rules: [{ fault, times: 9 }] });
    await expect(post({ content: 'CODE' }, CHANNEL, restFor(api.url, { retries: 3, timeout: 1000 }))).rejects.toThrow();
    expect(kinds()).toEqual(['created', 'created', 'created', 'created']);
  });

  it.each(RETRIED)('%s: with an enforced nonce they post one, and get it', async (fault) => {
    await api.control.setFaults({ rules: [{ fault }] });
    await post(enforced, CHANNEL, restFor(api.url, { retries: 3, timeout: 1000 }));
    expect(kinds()).toEqual(['created', 'deduplicated']);
  });

  it.each(['close-after-commit', 'half-answer-then-close'] as const)('%s: there are none', async (fault) => {
    await api.control.setFaults({ rules: [{ fault, times: 9 }] });
    await expect(post({ content: 'CODE' }, CHANNEL, restFor(api.url, { retries: 3 }))).rejects.toMatchObject({
      code: 'UND_ERR_SOCKET',
    });
    expect(kinds()).toEqual(['created']);
  });
});

describe('discord.js', () => {
  it('channel.send with nonce and enforceNonce is what the API calls enforce_nonce', async () => {
    const client = new Client({ intents: [], rest: { api: `${api.url}/api`, retries: 0 } });
    client.rest.setToken(BOT_ID);
    const channel = (await client.channels.fetch(CHANNEL, { allowUnknownGuild: true })) as SendableChannels;
    const options = { embeds: [{ fields: [{ name: 'CODE', value: '100 gems' }] }], nonce: 'n-1', enforceNonce: true };
    const first = await channel.send(options);
    expect((await channel.send(options)).id).toBe(first.id);
    expect(api.ledger()).toMatchObject([
      { kind: 'created', nonce: 'n-1', enforceNonce: true },
      { kind: 'deduplicated', nonce: 'n-1', messageId: first.id },
    ]);
    await client.destroy();
  });
});
