import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyDiscordError } from '../../../src/platforms/discord/classify-discord-error.js';
import { DiscordApiControl } from '../../tools/discord-api/control-client.js';
import { FETCH_ERRORS } from '../../tools/discord-api/real-errors-fetch.js';
import { MISLEADING_ERRORS, REST_ERRORS } from '../../tools/discord-api/real-errors-rest.js';
import { provoke, type RealError } from '../../tools/discord-api/real-errors.js';
import { type DiscordApi, startDiscordApi } from '../../tools/discord-api/server.js';

const single = [...REST_ERRORS, ...FETCH_ERRORS];
/** Failures that are known to have left nothing behind. All others of these errors must count as uncertain. */
const NOT_SENT: Readonly<Record<string, { permanent?: true; scope?: 'all' }>> = {
  'missing permissions': { permanent: true },
  'missing access': { permanent: true },
  'unknown channel': { permanent: true },
  'a page of a proxy instead of JSON': {},
  'a token that Discord does not know': { permanent: true, scope: 'all' },
  'any request of a client whose token was refused before': { permanent: true, scope: 'all' },
  '429 with rejectOnRateLimit': {},
  'global 429 with rejectOnRateLimit': {},
  'connection refused': {},
  'connection refused at every address of a name': {},
  'a name that does not resolve': {},
  'no connection within the connect timeout': {},
  'fetch: connection refused': {},
  'fetch: a name that does not resolve': {},
};
const DELETED = 'the resend of a message that was deleted';

let folder: string;
let api: DiscordApi;
let errors: Map<string, RealError>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'discord-errors-'));
  api = await startDiscordApi({ ledgerPath: join(folder, 'ledger.ndjson') });
  errors = await provoke(api.url, new DiscordApiControl(api), [...single, ...MISLEADING_ERRORS]);
});

afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

it.each([
  [400, 50035, 'message'],
  [413, 40005, 'message'],
  [404, 10015, undefined],
])('a refusal with status %i and code %i is about: %s', (status, code, scope) => {
  const verdict = classifyDiscordError({ status, code });
  expect(verdict.outcome).toBe('not-sent');
  expect(verdict.scope).toBe(scope);
});

describe('the real errors of @discordjs/rest and fetch', () => {
  it.each(single.filter(({ title }) => title in NOT_SENT))('$title: not sent', ({ title }) => {
    const { error, posted } = errors.get(title)!;
    expect(posted).toBe(false);
    const verdict = classifyDiscordError(error, { resend: false });
    expect(verdict.outcome).toBe('not-sent');
    expect(verdict.permanent).toBe(NOT_SENT[title]?.permanent);
    expect(verdict.scope).toBe(NOT_SENT[title]?.scope);
    expect(verdict.reason).not.toBe('');
  });

  it.each(single.filter(({ title }) => !(title in NOT_SENT)))('$title: uncertain', ({ title }) => {
    expect(classifyDiscordError(errors.get(title)!.error, { resend: false })).toMatchObject({ outcome: 'uncertain' });
  });

  it('a message that was delivered and deleted counts as sent on a resend, and only then', () => {
    const { error } = errors.get(DELETED)!;
    expect(classifyDiscordError(error, { resend: true }).outcome).toBe('sent');
    expect(classifyDiscordError(error, { resend: false }).outcome).toBe('uncertain');
  });

  it.each(single.filter(({ title }) => title !== DELETED))('$title, on a resend: uncertain', ({ title }) => {
    expect(classifyDiscordError(errors.get(title)!.error, { resend: true }).outcome).toBe('uncertain');
  });

  it.each(MISLEADING_ERRORS)('$title: uncertain, if the bot says that its client sends again', ({ title }) => {
    const { error, posted } = errors.get(title)!;
    expect(posted).toBe(true);
    expect(classifyDiscordError(error, { resend: true }).outcome).toBe('uncertain');
  });
});

describe('the structure decides, not the class', () => {
  it.each([
    ['a plain object of another client', { code: 50013, status: 403 }, 'not-sent'],
    ['status 429 of a client without queue', { status: 429 }, 'not-sent'],
    [
      'a refusal to crosspost: the message is there',
      { code: 50013, status: 403, url: 'https://discord.com/api/v10/channels/1/messages/2/crosspost' },
      'uncertain',
    ],
    ['a refusal to post', { code: 50013, status: 403, url: 'https://discord.com/api/v10/channels/1/messages' }, 'not-sent'],
    [
      'a rate limit of reactions',
      {
        name: 'RateLimitError[/channels/:id/messages/:id/reactions]',
        url: 'https://discord.com/api/v10/channels/1/messages/2/reactions/x/@me',
      },
      'uncertain',
    ],
    ['an answer of a gateway that was refused a connection', { status: 502, cause: { code: 'ECONNREFUSED' } }, 'uncertain'],
    ['413, a refusal without a code', { status: 413 }, 'not-sent'],
    ['408, which says nothing of the request', { status: 408 }, 'uncertain'],
    [
      'a wrapped refusal to connect',
      new Error('outer', { cause: new Error('inner', { cause: { code: 'ECONNREFUSED' } }) }),
      'not-sent',
    ],
    ['no route to the host, when connecting', { code: 'EHOSTUNREACH', syscall: 'connect' }, 'not-sent'],
    ['no route to the host, when reading', { code: 'EHOSTUNREACH', syscall: 'read' }, 'uncertain'],
    ['some addresses refused, one reset', new AggregateError([{ code: 'ECONNREFUSED' }, { code: 'ECONNRESET' }]), 'uncertain'],
    ['an AggregateError of nothing', new AggregateError([]), 'uncertain'],
    ['UND_ERR_SOCKET', { code: 'UND_ERR_SOCKET' }, 'uncertain'],
    ['nothing', undefined, 'uncertain'],
    ['a string', 'ECONNREFUSED', 'uncertain'],
  ])('%s', (_, error, outcome) => {
    expect(classifyDiscordError(error, { resend: false }).outcome).toBe(outcome);
  });

  it('an error that is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(classifyDiscordError(error, { resend: false }).outcome).toBe('uncertain');
  });
});
