import { expect, it } from 'vitest';
import { classifyDiscordError } from '../../../src/platforms/discord/classify-discord-error.js';
import { verdictOnMessage } from '../../../src/platforms/network/resend.js';
import { classifyTelegramError } from '../../../src/platforms/telegram/classify-telegram-error.js';

it('a refusal of a resend says nothing of the request before it', () => {
  const refused = { outcome: 'not-sent', permanent: true, reason: 'blocked' } as const;
  expect(verdictOnMessage(refused, { resend: false })).toBe(refused);
  expect(verdictOnMessage(refused, { resend: true })).toEqual({
    outcome: 'uncertain',
    permanent: true,
    reason: 'blocked; an earlier request may have arrived',
  });
});

it.for(['sent', 'uncertain'] as const)('a resend leaves "%s" as it is', (outcome) => {
  const verdict = { outcome };
  expect(verdictOnMessage(verdict, { resend: true })).toBe(verdict);
});

it('a classifier that is told of no message takes it for a first try', () => {
  expect(classifyDiscordError({ status: 403, code: 50013 })).toMatchObject({ outcome: 'not-sent', permanent: true });
  expect(classifyDiscordError({ status: 404, code: 10008 }).outcome).toBe('uncertain');
  expect(classifyTelegramError({ error_code: 403 })).toMatchObject({ outcome: 'not-sent', permanent: true });
});
