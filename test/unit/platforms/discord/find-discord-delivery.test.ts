import type { Client } from 'discord.js';
import { findDiscordDelivery, type FindDiscordDeliveryOptions } from 'sent-code-store/discord';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { UncertainMessage } from '../../../../src/delivery/find-delivery.js';
import { asked, clientFor, MESSAGE_ID } from '../../../support/discord/asked.js';
import { CHANNEL_TYPES } from '../../../tools/discord-api/channels.js';
import { BOT_ID, restFor } from '../../../tools/discord-api/real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from '../../../tools/discord-api/temporary.js';

const CHANNEL = '100000000000000001';
const SOMEBODY = '900000000000000009';
const WEBHOOK = '910000000000000001';
/** Between the tries of a message from `asked`. */
const IN_TIME = 30_000;

let api: TemporaryDiscordApi;
let client: Client;
beforeEach(async () => {
  api = await temporaryDiscordApi({ routeLimit: { requests: 1000, windowMs: 1000 } });
  client = clientFor(api.url);
});
afterEach(async () => {
  await client.destroy();
  await api.close();
});

type Changes = Partial<UncertainMessage<string>>;
const find = (
  codes: string[],
  changes: Changes = {},
  options: Partial<FindDiscordDeliveryOptions> = {},
): ReturnType<ReturnType<typeof findDiscordDelivery>> =>
  findDiscordDelivery({ client, ...options })(asked(CHANNEL, codes, changes));
const post = (fields: object, ageMs = IN_TIME, author = BOT_ID): Promise<{ id: string }> =>
  api.control.post(CHANNEL, author, fields, ageMs);
const embed = (...codes: string[]): object => ({
  embeds: [{ type: 'rich', fields: codes.map((name) => ({ name, value: 'v' })) }],
});
/** Something that stands in every used channel. */
const before = (): Promise<unknown> => post({ content: 'hello' }, 86_400_000, SOMEBODY);

describe('sent', () => {
  it('is a message of the bot with all codes, with its receipt and its time', async () => {
    await post({ content: 'A' }, IN_TIME, SOMEBODY);
    const { id } = await post(embed('A', 'B', 'C'));
    const at = new Date(Number((BigInt(id) >> 22n) + 1_420_070_400_000n));
    expect(await find(['a', 'B'])).toEqual({ outcome: 'sent', receipt: `${CHANNEL}/${id}`, sentAt: at });
  });

  it('is one that is behind many pages', async () => {
    const { id } = await post(embed('A'));
    for (let count = 0; count < 250; count += 1) await post({ content: 'talk' }, 0, SOMEBODY);
    expect(await find(['A'])).toMatchObject({ outcome: 'sent', receipt: `${CHANNEL}/${id}` });
  });

  it('is one that arrived until settleMs after the last try, and no later', async () => {
    await post(embed('A'), 0);
    const firstTriedAt = new Date(Date.now() - 60_000);
    const ended = (ms: number): Date => new Date(Date.now() - ms);
    expect(await find(['A'], { firstTriedAt, lastTriedAt: ended(29_000) })).toMatchObject({ outcome: 'sent' });
    expect(await find(['A'], { firstTriedAt, lastTriedAt: ended(40_000) })).toMatchObject({ outcome: 'uncertain' });
  });

  it('is one that arrived in the last moment of the last try, whose end is rounded down', async () => {
    const { id } = await post(embed('A'));
    const before = (ms: number): Date => new Date(Number((BigInt(id) >> 22n) + 1_420_070_400_000n) - ms);
    expect(await find(['A'], { lastTriedAt: before(2), settleMs: 0 })).toMatchObject({ outcome: 'sent' });
    expect(await find(['A'], { lastTriedAt: before(3), settleMs: 0 })).toMatchObject({ outcome: 'uncertain' });
  });

  it.for<[what: string, fields: object]>([
    ['a footer', { embeds: [{ type: 'rich', title: 'codes', footer: { text: `id ${MESSAGE_ID}` } }] }],
    ['a custom id', { content: 'x', components: [{ type: 1, components: [{ type: 2, custom_id: MESSAGE_ID }] }] }],
  ])('is one with the id of the message in %s, whatever else it shows and whenever it came', async ([, fields]) => {
    await post(embed('A'), IN_TIME);
    const { id } = await post(fields, 290_000);
    expect(await find(['A'])).toMatchObject({ outcome: 'sent', receipt: `${CHANNEL}/${id}` });
  });

  it('is found although nobody knows when it was tried first', async () => {
    await post(embed('A'), 3_600_000);
    expect(await find(['A'], { firstTriedAt: null })).toMatchObject({ outcome: 'sent' });
  });

  it('is found although nobody knows when it was tried last', async () => {
    await post(embed('A'));
    expect(await find(['A'], { lastTriedAt: null })).toMatchObject({ outcome: 'sent' });
  });

  it('is found although history could not be read for a moment', async () => {
    await before();
    for (let count = 0; count < 100; count += 1) await post({ content: 'talk' }, 1000, SOMEBODY);
    await post(embed('A'), 0);
    let asks = 0;
    const rest = {
      get: async (route: `/${string}`, options?: object): Promise<unknown> => {
        // The second page is empty, and the newest message is shown again.
        if (route.endsWith('/messages')) await api.control.setChannel(CHANNEL, { readMessageHistory: (asks += 1) !== 2 });
        return client.rest.get(route, options);
      },
    };
    const tried = { lastTriedAt: new Date() };
    expect(await find(['A'], tried, { client: { ...bare(), rest } })).toMatchObject({ outcome: 'sent' });
  });

  it('is a message of the webhook, where the webhook posts', async () => {
    await post(embed('A'));
    const { id } = await post({ ...embed('A'), webhook_id: WEBHOOK }, IN_TIME, WEBHOOK);
    const webhookOf = (): { id: string } => ({ id: WEBHOOK });
    expect(await find(['A'], {}, { webhookOf })).toMatchObject({ outcome: 'sent', receipt: `${CHANNEL}/${id}` });
  });

  it('is what matches says', async () => {
    await post({ content: 'code no. 7' });
    const matches = (texts: readonly string[], codes: readonly string[]): string[] =>
      codes.filter((code) => texts.some((text) => text.includes(`no. ${code}`)));
    expect(await find(['7'], {}, { matches })).toMatchObject({ outcome: 'sent' });
    expect(await find(['8'], {}, { matches })).toMatchObject({ outcome: 'not-sent' });
  });
});

describe('uncertain', () => {
  const uncertain = (reason: RegExp): object => ({ outcome: 'uncertain', reason: expect.stringMatching(reason) as string });

  it('is a message with some of the codes', async () => {
    await post(embed('A'));
    await post(embed('B'));
    expect(await find(['A', 'B'])).toEqual(uncertain(/shows some of the codes/));
  });

  it.for([62_000, 300_000, -60_000])('is a message that came %i ms ago, by a clock that may be wrong', async (ageMs) => {
    const skewed = ageMs < 0;
    await post(embed('A'), skewed ? 0 : ageMs);
    const tried = skewed ? { firstTriedAt: new Date(Date.now() + 60_000), lastTriedAt: new Date(Date.now() + 61_000) } : {};
    expect(await find(['A'], tried)).toEqual(uncertain(/not from the time of the tries/));
  });

  it('is a message whose embeds are suppressed', async () => {
    const { id } = await post(embed('A'));
    await api.control.editMessage(CHANNEL, id, { flags: 4 });
    expect(await find(['A'])).toEqual(uncertain(/suppressed embeds/));
  });

  it('is a message of the webhook whose content is withheld', async () => {
    await post({ ...embed('A'), webhook_id: WEBHOOK }, IN_TIME, WEBHOOK);
    await api.control.setContentIntent(false);
    expect(await find(['A'], {}, { webhookOf: () => ({ id: WEBHOOK }) })).toEqual(uncertain(/no content that the bot may read/));
  });

  it('is a message with components of an unknown kind', async () => {
    await post({ components: [{ type: 17, components: [{ type: 9, accessory: { type: 99, what: 'A' } }] }] });
    expect(await find(['A'])).toEqual(uncertain(/components of an unknown kind/));
  });

  it('is an empty list without the permission to read, and a message that is there', async () => {
    await post(embed('A'));
    await api.control.setChannel(CHANNEL, { readMessageHistory: false });
    expect(await find(['A'])).toEqual(uncertain(/Read Message History/));
  });

  it('is an empty channel whose permissions change while it is read', async () => {
    let asks = 0;
    const rest = {
      get: async (route: `/${string}`, options?: object): Promise<unknown> => {
        if (route === `/channels/${CHANNEL}/messages`) {
          asks += 1;
          await api.control.setChannel(CHANNEL, { readMessageHistory: asks < 3 });
        }
        return client.rest.get(route, options);
      },
    };
    expect(await find(['A'], {}, { client: { ...bare(), rest } })).toEqual(uncertain(/has changed/));
  });

  it('is a channel that shows its messages only when it is looked at again', async () => {
    await post(embed('A'));
    let asks = 0;
    const rest = {
      get: async (route: `/${string}`, options?: object): Promise<unknown> => {
        if (!route.endsWith('/messages')) return client.rest.get(route, options);
        asks += 1;
        return asks <= 2 ? [] : client.rest.get(route, options);
      },
    };
    expect(await find(['A'], {}, { client: { ...bare(), rest } })).toEqual(uncertain(/has changed/));
  });

  it('is a channel with more messages than are read', async () => {
    let id = BigInt((await post({ content: 'talk' })).id);
    const rest = {
      get: (route: `/${string}`, options?: object): Promise<unknown> => {
        if (!route.endsWith('/messages')) return client.rest.get(route, options);
        const page = Array.from({ length: 100 }, () => ({ id: String((id += 1n)), type: 0, author: { id: SOMEBODY } }));
        return Promise.resolve(page.toReversed());
      },
    };
    expect(await find(['A'], {}, { client: { ...bare(), rest } })).toEqual(uncertain(/more than 2000 messages/));
  });

  it('is a channel that the bot cannot see', async () => {
    await api.control.setChannel(CHANNEL, { viewChannel: false });
    expect(await find(['A'])).toEqual(uncertain(/Missing Access/));
  });

  it('is a message of which nobody knows when it was tried first', async () => {
    await before();
    expect(await find(['A'], { firstTriedAt: null })).toEqual(uncertain(/tried first is not known/));
  });

  it('is a message of which nobody knows where it was tried', async () => {
    expect(await find(['A'], { target: undefined })).toEqual(uncertain(/where the message was tried is not known/));
    expect(await find(['A'], { target: 'general' })).toEqual(uncertain(/"general" is not the id of a channel/));
  });

  it('is every message of a bot that hides its codes, and the process is warned once', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    await before();
    const hidden = { render: () => ({ files: ['codes.png'] }) };
    for (let count = 0; count < 2; count += 1) expect(await find(['A'], {}, hidden)).toEqual(uncertain(/what render makes/));
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/the code "A" is not in the texts/), expect.anything()]]);
    const shows = { render: (items: string[]) => ({ content: items.join() }) };
    expect(await find(['A'], {}, shows)).toMatchObject({ outcome: 'not-sent' });
    // Only one code is offered still, so render can show no other.
    expect(await find(['A', 'B'], { items: ['A'] }, shows)).toMatchObject({ outcome: 'not-sent' });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('is a recorded message that shows the codes at the right time, unless a crash kept some of its marks', async () => {
    const { id } = await post(embed('A', 'B'));
    const isRecorded = async (receipt: string): Promise<boolean> => receipt === `${CHANNEL}/${id}`;
    expect(await find(['B'], { isRecorded })).toEqual(uncertain(/is recorded for others/));
    expect(await find(['B'], { isRecorded, size: 2 })).toMatchObject({ outcome: 'sent', receipt: `${CHANNEL}/${id}` });
  });

  it('is an aborted question, and a bug', async () => {
    await before();
    expect(await find(['A'], { signal: AbortSignal.abort(new Error('late')) })).toEqual(uncertain(/late/));
    const render = (): never => {
      throw new Error('a bug of the bot');
    };
    expect(await find(['A'], {}, { render })).toEqual(uncertain(/a bug of the bot/));
  });

  it('is no code at all', async () => {
    await before();
    await post({ content: 'talk' });
    expect(await find([])).toEqual(uncertain(/no code is left/));
  });
});

describe('not-sent', () => {
  const notSent = { outcome: 'not-sent', reason: 'the channel was read, and the message is not there' };
  const tricky: [what: string, fields: object, author?: string][] = [
    ['somebody else', embed('A'), SOMEBODY],
    ['another webhook', { ...embed('A'), webhook_id: WEBHOOK }, WEBHOOK],
    ['the bot, as a reply', { ...embed('A'), type: 19, message_reference: { message_id: '1' } }],
    ['the bot, as a forward', { content: 'A', message_reference: { type: 1 } }],
    ['the bot, as the answer to a command', { ...embed('A'), type: 20, interaction_metadata: { id: '1' } }],
    ['the bot, as a message that follows a command', { ...embed('A'), webhook_id: BOT_ID, interaction_metadata: { id: '1' } }],
    ['the bot, of a kind of its own', { ...embed('A'), type: 46 }],
    ['the bot, as a message that follows a command of long ago', { ...embed('A'), webhook_id: BOT_ID }],
    ['the bot, as the answer to a button', { ...embed('A'), interaction_metadata: { id: '1' } }],
    ['the bot, in the preview of a link', { content: 'news', embeds: [{ type: 'link', title: 'A' }] }],
    ['the bot, with a longer code', embed('A-2', 'AA')],
    ['the bot, too long ago', embed('A')],
  ];

  it.for(tricky)('is a code in a message of %s', async ([what, fields, author = BOT_ID]) => {
    await post(fields, what.endsWith('too long ago') ? 370_000 : IN_TIME, author);
    expect(await find(['A'])).toEqual(notSent);
  });

  it('is a message that is recorded already, if it came at another time or shows only some codes', async () => {
    await post(embed('A', 'B'), 290_000);
    await post(embed('A', 'C'));
    expect(await find(['A', 'B'], { isRecorded: async () => true })).toEqual(notSent);
  });

  it('is recorded with embeds suppressed', async () => {
    const { id } = await post(embed('A'));
    await api.control.editMessage(CHANNEL, id, { flags: 4 });
    expect(await find(['A'], { isRecorded: async () => true })).toEqual(notSent);
  });

  it('is a channel in which nothing was ever posted, if the bot may read', async () => {
    expect(await find(['A'])).toEqual(notSent);
  });

  it('is a channel in which nothing was posted since', async () => {
    await before();
    expect(await find(['A'])).toEqual(notSent);
  });

  it('is a channel that is gone', async () => {
    await api.control.deleteChannel(CHANNEL);
    expect(await find(['A'])).toEqual({ outcome: 'not-sent', reason: 'the channel does not exist any more' });
  });

  it('is suppressed previews of links, where the bot shows its codes outside of embeds', async () => {
    await post({ content: 'https://example.com/1', flags: 4 });
    const render = (items: string[]): string => items.join('\n');
    expect(await find(['A'], {}, { render })).toEqual(notSent);
    expect(await find(['A'])).toMatchObject({ outcome: 'uncertain' });
  });

  it('is a picture of the bot: it shows all that it has', async () => {
    await post({ attachments: [{ id: '1', filename: 'x.png' }] });
    expect(await find(['A'])).toEqual(notSent);
  });
});

describe('a forum', () => {
  const FORUM = '100000000000000015';
  const target = FORUM;
  const tried = { target, lastTriedAt: new Date(Date.now() + 3_600_000) };
  beforeEach(() => api.control.setChannel(FORUM, { type: CHANNEL_TYPES.forum }));
  const start = async (content: string): Promise<string> => {
    const body = { name: 'codes', message: { content } };
    return ((await restFor(api.url).post(`/channels/${FORUM}/threads`, { body })) as { id: string }).id;
  };

  it('has the message in the first message of a post', async () => {
    await start('B');
    const id = await start('A');
    expect(await find(['A'], tried)).toMatchObject({ outcome: 'sent', receipt: `${id}/${id}` });
    expect(await find(['C'], tried)).toMatchObject({ outcome: 'not-sent' });
  });

  it('has it also in an archived post', async () => {
    const id = await start('A');
    await api.control.setChannel(id, { archivedAt: Date.now() });
    expect(await find(['A'], tried)).toMatchObject({ outcome: 'sent', receipt: `${id}/${id}` });
  });

  it('has nothing in what is not the first message, and in a post that was deleted', async () => {
    const id = await start('B');
    await restFor(api.url).post(`/channels/${id}/messages`, { body: { content: 'A' } });
    await api.control.deleteMessage(id, id);
    expect(await find(['A'], tried)).toMatchObject({ outcome: 'not-sent' });
    expect(await find(['B'], tried)).toMatchObject({ outcome: 'not-sent' });
  });

  it('has nothing in another forum of the guild, and in a post from before the tries', async () => {
    const id = await start('A');
    const later = (ms: number): Date => new Date(Date.now() + ms);
    const afterwards = { target, firstTriedAt: later(600_000), lastTriedAt: later(700_000) };
    expect(await find(['A'], afterwards)).toMatchObject({ outcome: 'not-sent' });
    await api.control.setChannel(id, { parentId: '100000000000000016' });
    expect(await find(['A'], tried)).toMatchObject({ outcome: 'not-sent' });
  });

  it('is not read where others posted', async () => {
    const others = restFor(api.url).setToken(SOMEBODY);
    const body = { name: 'talk', message: { content: 'A' } };
    const { id } = (await others.post(`/channels/${FORUM}/threads`, { body })) as { id: string };
    const spy = vi.spyOn(client.rest, 'get');
    expect(await find(['A'], tried)).toMatchObject({ outcome: 'not-sent' });
    expect(spy.mock.calls.map(([route]) => route)).not.toContain(`/channels/${id}/messages/${id}`);
  });

  it('says nothing without the permission to read', async () => {
    await start('A');
    await api.control.setChannel(FORUM, { readMessageHistory: false });
    expect(await find(['A'], tried)).toMatchObject({
      outcome: 'uncertain',
      reason: expect.stringMatching(/Missing Access/) as string,
    });
  });
});

describe('one reading', () => {
  const pages = (spy: { mock: { calls: unknown[][] } }): number =>
    spy.mock.calls.filter(([route]) => String(route).endsWith('/messages')).length;

  it('serves all messages of a channel that are asked for in a round', async () => {
    await before();
    const spy = vi.spyOn(client.rest, 'get');
    const finder = findDiscordDelivery({ client });
    await finder(asked(CHANNEL, ['A'], { lastTriedAt: new Date(Date.now() - 40_000) }));
    const once = pages(spy);
    const settled = { lastTriedAt: new Date(Date.now() - 40_000), firstTriedAt: new Date(Date.now() - 50_000) };
    await Promise.all([finder(asked(CHANNEL, ['B'], settled)), finder(asked(CHANNEL, ['C'], settled))]);
    expect(pages(spy)).toBe(once);
  });

  it('does not serve a message that is older, that could arrive later, or that comes a minute later', async () => {
    await before();
    let now = Date.now();
    const clock = { now: () => now, monotonic: () => now };
    const spy = vi.spyOn(client.rest, 'get');
    const finder = findDiscordDelivery({ client, clock });
    const settled = { firstTriedAt: new Date(now - 50_000), lastTriedAt: new Date(now - 40_000) };
    let seen = 0;
    const readsAgain = async (changes: Changes): Promise<boolean> => {
      await finder(asked(CHANNEL, ['A'], changes));
      const isMore = pages(spy) > seen;
      seen = pages(spy);
      return isMore;
    };
    expect(await readsAgain(settled)).toBe(true);
    expect(await readsAgain(settled)).toBe(false);
    expect(await readsAgain({ ...settled, firstTriedAt: new Date(now - 51_000) })).toBe(true);
    expect(await readsAgain({ ...settled, lastTriedAt: new Date(now - 20_000) })).toBe(true);
    now += 61_000;
    expect(await readsAgain(settled)).toBe(true);
  });

  it('that failed serves nobody', async () => {
    await before();
    const finder = findDiscordDelivery({ client });
    await api.control.setChannel(CHANNEL, { viewChannel: false });
    const settled = { firstTriedAt: new Date(Date.now() - 50_000), lastTriedAt: new Date(Date.now() - 40_000) };
    expect(await finder(asked(CHANNEL, ['A'], settled))).toMatchObject({ outcome: 'uncertain' });
    await api.control.setChannel(CHANNEL, { viewChannel: true });
    expect(await finder(asked(CHANNEL, ['A'], settled))).toMatchObject({ outcome: 'not-sent' });
  });
});

/** The parts of the client, without its getters and methods. */
function bare(): Pick<FindDiscordDeliveryOptions['client'], 'user' | 'options' | 'channels'> {
  return { user: { id: BOT_ID }, options: client.options, channels: client.channels };
}
