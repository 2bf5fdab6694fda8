import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultPlan } from './fault-plan.js';
import { NAMED_FAULTS, type FaultName } from './faults.js';
import { postWith, restFor } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const CHANNEL = '100000000000000001';
const OTHER_CHANNEL = '100000000000000002';

describe('a plan of faults', () => {
  const names = (plan: FaultPlan, channelId: string, count: number): (string | undefined)[] =>
    Array.from({ length: count }, () => plan.next(channelId)?.name);

  it('plays a fault on the nth request of its channel, so many times, and on no other', () => {
    const plan = new FaultPlan({ rules: [{ channelId: CHANNEL, nth: 2, times: 2, fault: 'reset-after-commit' }] });
    expect(names(plan, OTHER_CHANNEL, 4)).toEqual([undefined, undefined, undefined, undefined]);
    expect(names(plan, CHANNEL, 4)).toEqual([undefined, 'reset-after-commit', 'reset-after-commit', undefined]);
  });

  it('a rule without a channel counts the requests of all', () => {
    const plan = new FaultPlan({ rules: [{ nth: 3, fault: 'missing-access' }] });
    expect([...names(plan, CHANNEL, 2), ...names(plan, OTHER_CHANNEL, 1)]).toEqual([undefined, undefined, 'missing-access']);
  });

  it('the first rule that fits wins, and the others have counted the request', () => {
    const rules = [
      { fault: 'missing-access' as const },
      { nth: 1, times: 2, fault: { type: 'server-error', status: 599, commits: true } as const },
    ];
    expect(names(new FaultPlan({ rules }), CHANNEL, 3)).toEqual(['missing-access', 'server-error', undefined]);
  });

  it('random faults depend on seed, channel and number alone, not on how the channels interleave', () => {
    const random = { seed: 7, probabilities: { 'reset-after-commit': 0.3, 'hang-before-commit': 0.3 } };
    const [one, two] = [new FaultPlan({ random }), new FaultPlan({ random })];
    const apart = [names(one, CHANNEL, 50), names(one, OTHER_CHANNEL, 50)];
    const inTurns: (string | undefined)[][] = [[], []];
    for (let index = 0; index < 50; index++) {
      inTurns[1]!.push(two.next(OTHER_CHANNEL)?.name);
      inTurns[0]!.push(two.next(CHANNEL)?.name);
    }
    expect(inTurns).toEqual(apart);
    expect(apart[0]).not.toEqual(apart[1]);
    expect(names(new FaultPlan({ random: { ...random, seed: 8 } }), CHANNEL, 50)).not.toEqual(apart[0]);
  });

  it('random faults come about as often as they should', () => {
    const plan = new FaultPlan({ random: { seed: 'x', probabilities: { 'reset-after-commit': 0.25, 'slow-answer': 0.5 } } });
    const drawn = names(plan, CHANNEL, 4000);
    const share = (name: string | undefined): number => drawn.filter((one) => one === name).length / drawn.length;
    expect(share('reset-after-commit')).toBeCloseTo(0.25, 1);
    expect(share('slow-answer')).toBeCloseTo(0.5, 1);
    expect(share(undefined)).toBeCloseTo(0.25, 1);
  });
});

describe('the fake over the wire', () => {
  let api: TemporaryDiscordApi;
  beforeEach(async () => {
    api = await temporaryDiscordApi();
  });
  afterEach(() => api.close());

  it.each(Object.keys(NAMED_FAULTS) as FaultName[])(
    '%s: the ledger says whether it was posted, and so does the channel',
    async (fault) => {
      await api.control.setFaults({ rules: [{ fault }] });
      const rest = restFor(api.url, { timeout: 100, rejectOnRateLimit: () => true });
      const abort = new AbortController();
      const sending = postWith(rest, CHANNEL, undefined, abort.signal).catch(() => undefined);
      const entry = await api.control.waitFor(({ kind }) => kind !== 'deleted');
      abort.abort();
      await sending;
      const posts = /after-commit|half-answer|slow|late/.test(fault);
      expect(posts ? ['created'] : ['refused', 'lost']).toContain(entry.kind);
      expect(entry).toMatchObject({ fault, channelId: CHANNEL });
      const posted = (await restFor(api.url).get(`/channels/${CHANNEL}/messages`)) as unknown[];
      expect(posted).toHaveLength(posts ? 1 : 0);
      expect(api.ledger()).toHaveLength(1);
    },
  );

  it('a slow commit posts the message of a client that is gone', async () => {
    await api.control.setFaults({ rules: [{ fault: { type: 'slow', delayMs: 1000, commits: false } }] });
    await expect(postWith(restFor(api.url, { timeout: 20 }), CHANNEL)).rejects.toMatchObject({ name: 'AbortError' });
    expect(api.ledger()).toEqual([]);
    await api.control.waitFor(({ kind }) => kind === 'created');
    expect(await restFor(api.url).get(`/channels/${CHANNEL}/messages`)).toHaveLength(1);
  });

  it('a late commit posts the message of a client that was cut off at once', async () => {
    await api.control.setFaults({ rules: [{ fault: { type: 'late', delayMs: 100 } }] });
    await expect(postWith(restFor(api.url), CHANNEL)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await restFor(api.url).get(`/channels/${CHANNEL}/messages`)).toEqual([]);
    await api.control.waitFor(({ kind }) => kind === 'created');
    expect(await restFor(api.url).get(`/channels/${CHANNEL}/messages`)).toHaveLength(1);
  });

  it('a slow answer arrives', async () => {
    await api.control.setFaults({ rules: [{ fault: 'slow-answer' }] });
    expect(await postWith(restFor(api.url), CHANNEL)).toMatchObject({ content: 'CODE' });
  });

  it('any 4xx and code can be asked for', async () => {
    await api.control.setFaults({ rules: [{ fault: { type: 'refusal', status: 400, code: 200000, message: 'blocked' } }] });
    await expect(postWith(restFor(api.url), CHANNEL)).rejects.toMatchObject({ status: 400, code: 200000 });
  });

  it('an empty plan ends all faults', async () => {
    await api.control.setFaults({
      rules: [{ times: 99, fault: 'missing-access' }],
      random: { seed: 1, probabilities: { 'close-after-commit': 1 } },
    });
    await expect(postWith(restFor(api.url), CHANNEL)).rejects.toMatchObject({ code: 50001 });
    await api.control.setFaults({});
    await postWith(restFor(api.url), CHANNEL);
  });

  const misunderstood: [string, string, object][] = [
    ['/faults', 'a fault that does not exist', { rules: [{ fault: 'reset-after-comit' }] }],
    ['/faults', 'a misspelt field', { rules: [{ fault: 'reset-after-commit', channel: CHANNEL }] }],
    [
      '/faults',
      'probabilities above 1',
      { random: { seed: 1, probabilities: { 'reset-after-commit': 0.6, 'slow-answer': 0.6 } } },
    ],
    ['/delete-message', 'no message', { channelId: CHANNEL }],
    ['/clock', 'a clock that runs backwards', { advanceMs: -1 }],
  ];

  it.each(misunderstood)('the control %s refuses %s', async (path, _what, body) => {
    const response = await fetch(`${api.url}/control${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(400);
  });

  it('a message that is not there cannot be deleted', async () => {
    await expect(api.control.deleteMessage(CHANNEL, '1')).rejects.toThrow('404');
  });
});
