import { inspect } from 'node:util';
import { MongoClient as MongoClient7 } from 'mongodb';
import { MongoClient as MongoClient6 } from 'mongodb6';
import { describe, expect, it } from 'vitest';
import { redactError, redactor } from '../../../src/stores/mongo/redact.js';

const URI = 'mongodb+srv://bot:p%40ss-word@cluster.example.net/db?tlsCertificateKeyFilePassword=key-pass&appName=x';

describe('no text shows a password', () => {
  const redact = redactor(URI, { auth: { username: 'bot', password: 'option-secret' }, proxyPassword: 'abc' });

  it.each([
    `Cannot read ${URI}`,
    'wrong password p%40ss-word',
    'wrong password p@ss-word, it seems',
    'for option-secret',
    'cannot open with key-pass',
    'proxy refused abc.',
    'mongodb://other:hidden@host/',
  ])('in %s', (text) => {
    const shown = redact(text);
    expect(shown).toContain('***');
    expect(shown).not.toMatch(/p%40ss-word|p@ss-word|option-secret|key-pass|\babc\b|hidden/);
  });

  it('leaves a text without secrets as it is', () => {
    expect(redact('connect ECONNREFUSED 127.0.0.1:27017, robot abcdef')).toBe(
      'connect ECONNREFUSED 127.0.0.1:27017, robot abcdef',
    );
  });

  it('hides what a malformed URI has before its last @, part by part', () => {
    const hide = redactor('mongodb://u@x:hunter2@127.0.0.1/', undefined);
    expect(hide('Unable to parse x:hunter2 with URL')).toBe('Unable to parse ***:*** with URL');
  });

  it('keeps an error as it is if nothing of it shows a secret', () => {
    const error = new TypeError('no secret', { cause: new Error('here neither') });
    expect(redactError(error, redact)).toBe(error);
  });

  it('keeps a copy without the secret if the text, the stack or a nested error shows one', () => {
    const nested = new Error('Invalid', { cause: Object.assign(new Error('inner'), { input: 'p@ss-word' }) });
    for (const error of [new RangeError('for option-secret'), nested]) {
      const kept = redactError(error, redact);
      expect(kept).not.toBe(error);
      expect(kept).toMatchObject({ name: error.name });
      expect(inspect(kept, { depth: 10 })).not.toMatch(/option-secret|p@ss-word/);
    }
  });

  it.each([
    ['6', MongoClient6],
    ['7', MongoClient7],
  ])('hides what driver %s quotes of a URI that it cannot read', (_, Client) => {
    const quotes = [
      'mongodb://bot:hunter2@@127.0.0.1/',
      'mongodb://bot@x:hunter2@127.0.0.1/',
      'mongodb://bot:hunter2@x:y',
      'mongodb://bot:hunter2@h[/',
    ];
    for (const uri of quotes) {
      let thrown: unknown;
      try {
        new Client(uri);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(Error);
      expect(inspect(redactError(thrown, redactor(uri, undefined)), { depth: 20, showHidden: true })).not.toContain('hunter2');
    }
  });
});
