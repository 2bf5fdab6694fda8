import { type Client, WebhookClient } from 'discord.js';
import { announce, type ClassifyError, MemoryStore, type SendContext, sendOnce, type SendReport } from 'sent-code-store';
import { type DiscordDelivery, discordDelivery, type DiscordDeliveryOptions } from 'sent-code-store/discord';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { asked, clientFor } from '../../../support/discord/asked.js';
import { CHANNEL_TYPES, everyoneRole } from '../../../tools/discord-api/channels.js';
import { postsByCode } from '../../../tools/discord-api/ledger-reader.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from '../../../tools/discord-api/temporary.js';

const CHANNEL = '100000000000000001';
const FORUM = '100000000000000015';
const WEBHOOK = '910000000000000001';
const GUILD = '7';

let api: TemporaryDiscordApi;
let client: Client;
let store: MemoryStore;
beforeEach(async () => {
  api = await temporaryDiscordApi();
  client = clientFor(api.url);
  store = new MemoryStore({ leaseMs: 1000 });
});
afterEach(async () => {
  await client.destroy();
  await api.close();
});

const preset = (changes: Partial<DiscordDeliveryOptions> = {}): DiscordDelivery =>
  discordDelivery({ client, channelOf: () => CHANNEL, render: (codes: string[]) => codes.join('\n'), ...changes });
const send = (codes: string[], changes: Partial<DiscordDeliveryOptions> = {}): Promise<SendReport> =>
  sendOnce(store, { guildId: GUILD, codes, ...preset(changes) });
const webhook = (retries = 0): WebhookClient =>
  new WebhookClient({ id: WEBHOOK, token: CHANNEL }, { rest: { api: `${api.url}/api`, retries } });
const posts = (): Record<string, number> => Object.fromEntries(postsByCode(api.ledger()));

describe('a message goes out', () => {
  it('as render makes it, in the channel of the guild, under its nonce', async () => {
    expect((await send(['A', 'B'])).counts).toMatchObject({ sent: 2 });
    expect(api.ledger()).toMatchObject([{ kind: 'created', channelId: CHANNEL, content: 'A\nB', enforceNonce: true }]);
    expect(api.ledger()[0]).toHaveProperty('nonce', expect.stringMatching(/^[\w-]{22}$/));
  });

  it('with the id of the message, if render shows it', async () => {
    const ids: string[] = [];
    const render: DiscordDeliveryOptions['render'] = (codes, { guildId, messageId }) => {
      ids.push(guildId, messageId);
      return { content: codes.join(), embeds: [{ footer: { text: messageId } }] };
    };
    await send(['A'], { render });
    expect(ids).toEqual([GUILD, (api.ledger()[0] as { nonce: string }).nonce]);
  });

  it('of items with a codeOf, which is handed on', async () => {
    const options = discordDelivery({
      client,
      channelOf: () => CHANNEL,
      codeOf: ({ code }: { code: string }) => code,
      render: (gifts) => gifts.map(({ code }) => code).join('\n'),
    });
    await announce(store, { guilds: [GUILD], codes: [{ code: 'A' }], ...options });
    expect(posts()).toEqual({ [`${CHANNEL}:A`]: 1 });
  });

  it('25 codes at most, and no flood', async () => {
    const codes = Array.from({ length: 26 }, (_, index) => `CODE${index}`);
    expect((await send(codes)).counts).toMatchObject({ flood: 26 });
    await sendOnce(store, { guildId: GUILD, codes, ...preset(), maxNew: 100 });
    expect(api.ledger()).toHaveLength(2);
  });

  it('once, although the first answer was lost: the retry meets the nonce', async () => {
    await api.control.setFaults({ rules: [{ fault: 'server-error-after-commit' }] });
    expect((await send(['A'])).counts).toMatchObject({ uncertain: 1 });
    await vi.waitFor(async () => expect((await send(['A'])).counts).toMatchObject({ sent: 1 }), { timeout: 5000, interval: 100 });
    expect(posts()).toEqual({ [`${CHANNEL}:A`]: 1 });
  });

  it('and its receipt is the channel and the message', async () => {
    const answer = await preset().send(['A'], context());
    const created = api.ledger()[0] as { messageId: string };
    expect(preset().receiptOf(answer)).toBe(`${CHANNEL}/${created.messageId}`);
    expect(preset().receiptOf(undefined)).toBeUndefined();
  });
});

const context = (target = CHANNEL): SendContext => ({
  guildId: GUILD,
  messageId: 'AbCdEfGhIjKlMnOpQrStUv',
  attempt: 1,
  target,
  signal: new AbortController().signal,
});

describe('a failure', () => {
  const verdict = async ({ send: sendIt, classifyError } = preset(), resend = false): Promise<ReturnType<ClassifyError>> => {
    const error: unknown = await sendIt(['A'], context()).then(
      () => 'nothing failed',
      (reason: unknown) => reason,
    );
    return classifyError(error, { guildId: GUILD, messageId: 'm', attempt: resend ? 2 : 1, resend });
  };

  it('before the message is not-sent, and on a resend uncertain', async () => {
    const render = (): never => {
      throw new Error('a bug of the bot');
    };
    expect(await verdict(preset({ render }))).toMatchObject({ outcome: 'not-sent', permanent: false, reason: 'render failed' });
    expect(await verdict(preset({ render }), true)).toMatchObject({ outcome: 'uncertain' });
    await api.control.deleteChannel(CHANNEL);
    expect(await verdict()).toMatchObject({
      outcome: 'not-sent',
      permanent: true,
      reason: expect.stringMatching(/does not exist/) as string,
    });
    expect(api.ledger()).toEqual([]);
  });

  it('of the message is what classifyDiscordError says', async () => {
    await api.control.setFaults({ rules: [{ fault: 'missing-permissions' }] });
    expect(await verdict()).toMatchObject({ outcome: 'not-sent', permanent: true });
    await api.control.setFaults({ rules: [{ fault: 'server-error-before-commit' }] });
    expect(await verdict()).toMatchObject({ outcome: 'uncertain' });
  });

  it('of a client that sends again by itself is never not-sent, unless no message was tried', async () => {
    const retrying = clientFor(api.url, 3);
    onTestFinished(() => retrying.destroy());
    await api.control.setFaults({ rules: [{ fault: 'missing-permissions' }] });
    expect(await verdict(preset({ client: retrying }))).toMatchObject({ outcome: 'uncertain' });
    await api.control.deleteChannel(CHANNEL);
    retrying.channels.cache.clear();
    expect(await verdict(preset({ client: retrying }))).toMatchObject({ outcome: 'not-sent' });
  });

  it('of a guild without a channel names the guild', () => {
    expect(() => preset({ channelOf: () => undefined }).target('7')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/no channel for guild 7/) as string,
      }) as Error,
    );
  });
});

describe('where nonces do not count', () => {
  const threadName = (): string => 'New codes';

  it('nothing is sent again before Discord was asked', () => {
    expect(preset()).toMatchObject({ onUncertain: 'retry', retryWithinMs: 120_000 });
    for (const options of [preset({ threadName }), preset({ webhookOf: () => webhook() })]) {
      expect(options).toMatchObject({ onUncertain: 'hold' });
      expect(options).not.toHaveProperty('retryWithinMs');
    }
  });

  it('a client that sends again by itself is refused', async () => {
    const retrying = clientFor(api.url, 3);
    onTestFinished(() => retrying.destroy());
    for (const changes of [{ threadName }, { webhookOf: () => webhook() }]) {
      expect(() => preset({ ...changes, client: retrying })).toThrow(/retries: 0/);
    }
    expect((await send(['A'], { webhookOf: () => webhook(3) })).counts).toMatchObject({ failed: 1 });
    expect(api.ledger()).toEqual([]);
  });

  it('a time for retries is refused', () => {
    expect(() => preset({ threadName, retryWithinMs: 1000 })).toThrow(/retryWithinMs has no meaning/);
  });

  it('a forum gets a post, which is found, and has a receipt', async () => {
    await api.control.setChannel(FORUM, { type: CHANNEL_TYPES.forum });
    joinGuild(client, FORUM);
    const options = preset({ threadName });
    const answer = await options.send(['A'], context(FORUM));
    const { messageId } = api.ledger()[0] as { messageId: string };
    expect(posts()).toEqual({ [`${FORUM}:A`]: 1 });
    expect(options.receiptOf(answer)).toBe(`${messageId}/${messageId}`);
    expect(await options.findDelivery(asked(FORUM, ['A'], { lastTriedAt: new Date() }))).toMatchObject({
      outcome: 'sent',
      receipt: `${messageId}/${messageId}`,
    });
  });

  it('a forum without a name for its posts is refused for good', async () => {
    await api.control.setChannel(CHANNEL, { type: CHANNEL_TYPES.media });
    const report = await send(['A']);
    expect(report.codes).toMatchObject([{ status: 'failed', permanent: true }]);
    expect(api.ledger()).toEqual([]);
  });

  it('a webhook posts, and is found', async () => {
    const options = preset({ webhookOf: () => webhook() });
    const answer = await options.send(['A'], context());
    const { messageId } = api.ledger()[0] as { messageId: string };
    expect(options.receiptOf(answer)).toBe(`${CHANNEL}/${messageId}`);
    expect(await options.findDelivery(asked(CHANNEL, ['A'], { lastTriedAt: new Date() }))).toMatchObject({ outcome: 'sent' });
  });
});

describe('a message that may have arrived', () => {
  const threadName = (): string => 'New codes';
  const kinds: [where: string, changes: Partial<DiscordDeliveryOptions>][] = [
    ['a text channel, too late for its nonce', { retryWithinMs: 0 }],
    ['a forum', { threadName, channelOf: () => FORUM }],
    ['the channel of a webhook', { webhookOf: () => webhook() }],
  ];
  const settled = (changes: Partial<DiscordDeliveryOptions>): Promise<SendReport> =>
    sendOnce(store, { guildId: GUILD, codes: ['A', 'B'], settleMs: 0, ...preset(changes) });
  const receipts = async (): Promise<(string | null)[]> => {
    const sent = await store.getSent(GUILD, ['A', 'B']);
    return [...sent.values()].map(({ receipt }) => receipt);
  };
  beforeEach(async () => {
    await api.control.setChannel(FORUM, { type: CHANNEL_TYPES.forum });
    joinGuild(client, FORUM);
  });

  it.for(kinds)('is found in %s, and marked', async ([, changes]) => {
    await api.control.setFaults({ rules: [{ fault: 'server-error-after-commit' }] });
    expect((await settled(changes)).counts).toMatchObject({ uncertain: 2 });
    expect((await settled(changes)).counts).toMatchObject({ sent: 2 });
    expect(Object.values(posts())).toEqual([1, 1]);
    const { messageId } = api.ledger().find(({ kind }) => kind === 'created') as { messageId: string };
    expect(await receipts()).toEqual([0, 1].map(() => expect.stringMatching(new RegExp(`/${messageId}$`)) as string));
  });

  it.for(kinds)('is not found in %s, and sent', async ([, changes]) => {
    await api.control.setFaults({ rules: [{ fault: 'server-error-before-commit' }] });
    expect((await settled(changes)).counts).toMatchObject({ uncertain: 2 });
    expect((await settled(changes)).counts).toMatchObject({ sent: 2 });
    expect(Object.values(posts())).toEqual([1, 1]);
  });

  it('is held, with a reason, where history may not be read', async () => {
    await api.control.setFaults({ rules: [{ fault: 'server-error-after-commit' }] });
    await settled({ retryWithinMs: 0 });
    await api.control.setChannel(CHANNEL, { readMessageHistory: false });
    const report = await settled({ retryWithinMs: 0 });
    expect(report.codes).toMatchObject([0, 1].map(() => ({ status: 'uncertain', reason: 'no-evidence' })));
    expect(report.codes[0]).toHaveProperty('detail', expect.stringMatching(/Read Message History/));
    expect(Object.values(posts())).toEqual([1, 1]);
  });
});

/** As the gateway would: discord.js makes no thread of a guild that it does not know. */
function joinGuild({ guilds }: Client, id: string): void {
  const joined = { id, name: 'guild', roles: [everyoneRole(id)], emojis: [], stickers: [], features: [] };
  (guilds as unknown as { _add(data: object): unknown })._add(joined);
}

describe('a payload that hides a code', () => {
  it('is warned of at the first send, once for a client', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const render = (): string => 'look at the picture';
    await send(['A'], { render });
    await send(['B'], { render });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/the code "A" is not in the texts/), expect.anything()]]);
  });
});
