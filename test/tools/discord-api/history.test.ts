import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BOT_ID, postWith, restFor } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const CHANNEL = '100000000000000001';
const SOMEBODY = '900000000000000009';
const FIVE_MINUTES = 300_000;

let api: TemporaryDiscordApi;
beforeEach(async () => {
  api = await temporaryDiscordApi();
});
afterEach(() => api.close());

interface Seen {
  readonly id: string;
  readonly content: string;
  readonly embeds: readonly object[];
  readonly timestamp: string;
}

const post = async (content: string): Promise<Seen> => (await postWith(restFor(api.url), CHANNEL, { content })) as Seen;
const get = (path: string): Promise<unknown> => restFor(api.url).get(`/channels/${CHANNEL}${path}`);
const list = async (query = ''): Promise<Seen[]> => (await get(`/messages${query}`)) as Seen[];
const contents = async (query = ''): Promise<string[]> => (await list(query)).map(({ content }) => content);
/** When an id was made, in Unix milliseconds. */
const madeAt = (id: string): number => Number((BigInt(id) >> 22n) + 1_420_070_400_000n);

describe('who may read what', () => {
  it('without Read Message History the list is empty, and a message of it is a 403', async () => {
    const { id } = await post('CODE');
    await api.control.setChannel(CHANNEL, { readMessageHistory: false });
    expect(await list()).toEqual([]);
    await expect(get(`/messages/${id}`)).rejects.toMatchObject({ status: 403, code: 50001 });
    await api.control.setChannel(CHANNEL, { readMessageHistory: true });
    expect(await contents()).toEqual(['CODE']);
  });

  it('without View Channel every request to the channel is a 50001', async () => {
    await api.control.setChannel(CHANNEL, { viewChannel: false });
    for (const request of [get(''), list(), post('CODE')]) await expect(request).rejects.toMatchObject({ code: 50001 });
    expect(api.ledger()).toMatchObject([{ kind: 'refused', code: 50001 }]);
  });

  it('the overwrites of the channel and the role of everybody say the same', async () => {
    await api.control.setChannel(CHANNEL, { guildId: '7', readMessageHistory: false });
    const deny = String(1 << 16);
    expect(await get('')).toMatchObject({ guild_id: '7', permission_overwrites: [{ id: '7', type: 0, allow: '0', deny }] });
    const roles = (await restFor(api.url).get('/guilds/7/roles')) as { permissions: string }[];
    expect(roles).toMatchObject([{ id: '7' }]);
    expect(BigInt(roles[0]!.permissions) & BigInt(deny)).toBe(BigInt(deny));
    expect(await restFor(api.url).get(`/guilds/7/members/${BOT_ID}`)).toMatchObject({ user: { id: BOT_ID }, roles: [] });
  });

  it('a channel that was deleted is a 10003', async () => {
    await api.control.deleteChannel(CHANNEL);
    await expect(list()).rejects.toMatchObject({ status: 404, code: 10003 });
  });

  it('without the intent a bot reads nothing but its own messages', async () => {
    await post('own');
    await api.control.post(CHANNEL, SOMEBODY, { content: "somebody's" });
    await api.control.setContentIntent(false);
    expect(await contents()).toEqual(['', 'own']);
    await api.control.setContentIntent(true);
    expect(await contents()).toEqual(["somebody's", 'own']);
  });

  it('suppressed embeds are not listed', async () => {
    const embeds = [{ title: 'CODE' }];
    const { id } = (await postWith(restFor(api.url), CHANNEL, { embeds })) as Seen;
    await api.control.editMessage(CHANNEL, id, { flags: 4 });
    expect(await list()).toMatchObject([{ id, embeds: [], flags: 4 }]);
  });
});

describe('what a channel tells', () => {
  it('its last message, deleted or not', async () => {
    expect(await get('')).toMatchObject({ last_message_id: null });
    const { id } = await post('CODE');
    await api.control.deleteMessage(CHANNEL, id);
    expect(await get('')).toMatchObject({ last_message_id: id });
  });

  it('the messages around one of them', async () => {
    const ids: string[] = [];
    for (const content of ['1', '2', '3', '4', '5']) ids.push((await post(content)).id);
    expect(await contents(`?around=${ids[2]!}&limit=3`)).toEqual(['4', '3', '2']);
    expect(await contents(`?around=${ids[0]!}&limit=3`)).toEqual(['2', '1']);
    await expect(list(`?around=${ids[0]!}&after=${ids[0]!}`)).rejects.toMatchObject({ code: 50035 });
  });

  it('replies, components and flags, as they were sent', async () => {
    const components = [{ type: 1, components: [{ type: 2, style: 1, label: 'Redeem', custom_id: 'id-1' }] }];
    const { id } = await post('first');
    await postWith(restFor(api.url), CHANNEL, { content: 'second', components, flags: 4, message_reference: { message_id: id } });
    expect(await list()).toMatchObject([
      { type: 19, components, flags: 4, message_reference: { message_id: id } },
      { type: 0, components: [], flags: 0 },
    ]);
  });

  it('messages that others posted, also a while ago, in their places', async () => {
    const now = await post('now');
    const old = await api.control.post(CHANNEL, SOMEBODY, { content: 'old' }, FIVE_MINUTES);
    expect(await contents()).toEqual(['now', 'old']);
    expect(madeAt(old.id)).toBe(Date.parse(old.timestamp));
    expect(madeAt(now.id) - madeAt(old.id)).toBeGreaterThan(FIVE_MINUTES / 2);
    expect(api.ledger()).toHaveLength(1);
  });
});

describe("the fake's own clock", () => {
  it.each([FIVE_MINUTES, -FIVE_MINUTES])('%i ms away', async (clockSkewMs) => {
    const skewed = await temporaryDiscordApi({ clockSkewMs });
    const before = Date.now();
    const { id, timestamp } = (await postWith(restFor(skewed.url), CHANNEL, { content: 'CODE' })) as Seen;
    const after = Date.now();
    await skewed.close();
    for (const at of [madeAt(id), Date.parse(timestamp)]) {
      expect(at).toBeGreaterThanOrEqual(before + clockSkewMs);
      expect(at).toBeLessThanOrEqual(after + clockSkewMs);
    }
  });
});
