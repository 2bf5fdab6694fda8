import { MemoryStore, type MemoryStoreOptions } from 'sent-code-store';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/domain/clock.js';
import { resolveStoreOptions } from '../../../src/core/options.js';

describe('the options of a store', () => {
  it.for([
    [{ name: '' }, 'name', /MemoryStore: name is the string ""/],
    [{ name: 7 }, 'name', /MemoryStore: name is the number 7\. Pass a string/],
    [{ leaseMs: 999 }, 'leaseMs', /leaseMs is the number 999\. Pass .*1 000/],
    [{ leaseMs: '60000' }, 'leaseMs', /leaseMs is the string "60000"\. Pass a whole number of ms/],
    [{ leaseMs: 1e9 }, 'leaseMs', /leaseMs is the number 1000000000.*86 400 000/],
    [{ identity: {} }, 'identity', /identity is an object\. Pass an object with normalize\(\)/],
    [
      { identity: { normalize: (code: string) => code } },
      'identity',
      /Pass an object with normalize\(\) and a name of 1 to 100 characters/,
    ],
    [{ identity: { name: 'x'.repeat(101), normalize: (code: string) => code } }, 'identity', /1 to 100/],
    [{ logger: { info: () => undefined } }, 'logger', /logger is an object\. Pass an object with info\(\), warn\(\), error\(\)/],
    [{ clock: () => 0 }, 'clock', /clock is a function\. Pass an object with now\(\), monotonic\(\)/],
    [{ randomId: 'x' }, 'randomId', /randomId is the string "x"\. Pass a function/],
    [{ pth: './x' }, 'pth', /MemoryStore: unknown option "pth"/],
    [null, 'options', /options is null\. Pass an object/],
    ['./file', 'options', /options is the string "\.\/file"/],
  ] as const)('%j is refused, and the error names option, value and what was expected', ([options, argument, message]) => {
    const make = (): MemoryStore => new MemoryStore(options as MemoryStoreOptions);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', argument, retryable: false }));
  });

  it('take console, and an identity and a clock that are objects of a class', async () => {
    class Exact {
      readonly name = 'exact';
      normalize(code: string): string {
        return code;
      }
    }
    class Clock {
      readonly #ms = 5;
      now(): number {
        return this.#ms;
      }
      monotonic(): number {
        return this.#ms;
      }
    }
    const store = new MemoryStore({ identity: new Exact(), clock: new Clock(), logger: console });
    await store.markSent('1', ['a']);
    expect(await store.filterUnsent('1', ['a', 'A'])).toEqual(['A']);
    expect((await store.stats('1')).firstSentAt).toEqual(new Date(5));
  });

  it('have defaults', async () => {
    const options = resolveStoreOptions({}, 'Some store');
    expect(options).toMatchObject({ name: 'Some store', identity: { name: 'gift-code' }, leaseMs: 60_000, clock: systemClock });
    expect([options.logger.info('x'), options.logger.warn('x'), options.logger.error('x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(new MemoryStore().name).toBe('MemoryStore');
    expect((await new MemoryStore({ leaseMs: 5000 }).claim('1', ['A'])).claim?.leaseMs).toBe(5000);
    expect((await new MemoryStore().claim('1', ['A'])).claim?.leaseMs).toBe(60_000);
  });

  it('randomId makes the tokens and the message ids', async () => {
    let count = 0;
    const store = new MemoryStore({ randomId: () => `id-${(count += 1)}` });
    expect((await store.claim('1', ['A'])).claim).toMatchObject({ token: 'id-1', messageId: 'id-2' });
  });
});

describe('the system clock', () => {
  it('has a wall clock and a monotonic one', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(10_000);
    expect(systemClock.monotonic()).toBeLessThanOrEqual(systemClock.monotonic());
  });
});
