import { describe, expect, it, vi } from 'vitest';
import { Lifecycle } from '../../../src/core/lifecycle.js';

interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

function lifecycle(open: () => Promise<void> = async () => undefined): {
  readonly life: Lifecycle;
  readonly log: string[];
} {
  const log: string[] = [];
  const life = new Lifecycle(
    'Store',
    async () => {
      log.push('open');
      await open();
    },
    async () => {
      log.push('release');
    },
  );
  return { life, log };
}

const call = async (): Promise<string> => 'answer';

describe('opening', () => {
  it('happens before the first call, and once for all of them', async () => {
    const { life, log } = lifecycle();
    expect(log).toEqual([]);
    expect(await Promise.all([life.run(call), life.run(call)])).toEqual(['answer', 'answer']);
    await life.run(call);
    expect(log).toEqual(['open']);
  });

  it('that fails rejects all who wait for it, and is tried again by the next call', async () => {
    const open = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('no connection'));
    const { life, log } = lifecycle(open);
    const both = await Promise.allSettled([life.run(call), life.run(call)]);
    expect(both.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(log).toEqual(['open']);
    expect(await life.run(call)).toBe('answer');
    expect(log).toEqual(['open', 'open']);
  });

  it('leaves nothing to release if it never succeeded', async () => {
    const { life, log } = lifecycle(() => Promise.reject(new Error('no connection')));
    await expect(life.run(call)).rejects.toThrow('no connection');
    await life.close();
    expect(log).toEqual(['open']);
  });
});

describe('closing', () => {
  it('waits for the calls under way, then releases once', async () => {
    const { life, log } = lifecycle();
    const [first, second] = [gate(), gate()];
    const calls = [first, second].map(({ passed }) => life.run(() => passed.then(() => log.push('call'))));
    const closing = [life.close(), life.close()];
    first.open();
    await calls[0];
    expect(log).toEqual(['open', 'call']);
    second.open();
    await Promise.all([...calls, ...closing]);
    await life.close();
    expect(log).toEqual(['open', 'call', 'call', 'release']);
  });

  it('waits for an opening under way, and for the call that caused it', async () => {
    const opening = gate();
    const { life, log } = lifecycle(() => opening.passed);
    const answer = life.run(call);
    const closed = life.close();
    opening.open();
    expect(await answer).toBe('answer');
    await closed;
    expect(log).toEqual(['open', 'release']);
  });

  it('waits for a call that fails, too', async () => {
    const { life, log } = lifecycle();
    const failing = life.run(() => Promise.reject(new Error('broken')));
    const closed = life.close();
    await expect(failing).rejects.toThrow('broken');
    await closed;
    expect(log).toEqual(['open', 'release']);
  });

  it('releases nothing if nothing was opened', async () => {
    const { life, log } = lifecycle();
    await life.close();
    expect(log).toEqual([]);
  });

  it('rejects calls from its beginning on', async () => {
    const { life } = lifecycle();
    const under = gate();
    const running = life.run(() => under.passed);
    const closed = life.close();
    await expect(life.run(call)).rejects.toMatchObject({
      code: 'STORE_CLOSED',
      message: expect.stringContaining('Store') as string,
    });
    under.open();
    await Promise.all([running, closed]);
  });

  it('hands on a failure to release to all who close', async () => {
    const life = new Lifecycle(
      'Store',
      async () => undefined,
      () => Promise.reject(new Error('stuck')),
    );
    await life.run(call);
    await expect(life.close()).rejects.toThrow('stuck');
    await expect(life.close()).rejects.toThrow('stuck');
  });
});

describe('an iteration', () => {
  function numbers(log: string[], fail?: number): () => AsyncIterable<number> {
    return async function* () {
      log.push('begin');
      try {
        for (let number = 1; number <= 3; number += 1) {
          if (number === fail) throw new Error(`no ${number}`);
          yield number;
        }
      } finally {
        log.push('end');
      }
    };
  }

  it('opens the store at its first step, not before', async () => {
    const { life, log } = lifecycle();
    const items = life.iterate(numbers(log));
    expect(log).toEqual([]);
    expect(await items.next()).toEqual({ done: false, value: 1 });
    expect(log).toEqual(['open', 'begin']);
  });

  it('gives all items, and ends what is below it', async () => {
    const { life, log } = lifecycle();
    const items: number[] = [];
    for await (const item of life.iterate(numbers(log))) items.push(item);
    expect(items).toEqual([1, 2, 3]);
    expect(log).toEqual(['open', 'begin', 'end']);
  });

  it('that is broken off ends what is below it', async () => {
    const { life, log } = lifecycle();
    for await (const _ of life.iterate(numbers(log))) break;
    expect(log).toEqual(['open', 'begin', 'end']);
  });

  it('hands on a failure', async () => {
    const { life, log } = lifecycle();
    const items = life.iterate(numbers(log, 2));
    await items.next();
    await expect(items.next()).rejects.toThrow('no 2');
    expect(log).toEqual(['open', 'begin', 'end']);
  });

  it('that is left standing does not keep the store open, and its next step says STORE_CLOSED', async () => {
    const { life, log } = lifecycle();
    const items = life.iterate(numbers(log));
    await items.next();
    await life.close();
    expect(log).toEqual(['open', 'begin', 'release']);
    await expect(items.next()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(log.at(-1)).toBe('end');
  });

  it('is waited for while a step is under way', async () => {
    const { life, log } = lifecycle();
    const step = gate();
    const items = life.iterate(async function* () {
      await step.passed;
      yield 1;
    });
    const first = items.next();
    const closed = life.close().then(() => log.push('closed'));
    step.open();
    expect(await first).toEqual({ done: false, value: 1 });
    await closed;
    expect(log).toEqual(['open', 'release', 'closed']);
  });
});
