import { describe, expect, it } from 'vitest';
import type { Call, History, Method, Replacement } from '../history.js';
import { violations } from './checker.js';

const SHARED = { deadOwnersCount: true, reach: 'all', firstMarkWins: true } as const;
const CHAIN = { deadOwnersCount: false, reach: 'healthy', firstMarkWins: false } as const;

type Rest = Partial<Pick<Call, 'end' | 'value' | 'error' | 'lost' | 'healthy'>>;

/** A call of the bot whose letter its id begins with, from `begin` on; answered 10 ms later, unless something else is said. */
function call(id: string, begin: number, method: Method, args: readonly unknown[], rest: Rest = {}): Call {
  return { id, bot: id[0] ?? '', life: 1, method, args, begin, end: begin + 10, healthy: true, ...rest };
}

const history = (...calls: Call[]): History => ({ calls, deaths: [], replacements: [] });

const claimOf = (token: string, more: object = {}): object => ({
  guildId: '1',
  codes: ['X'],
  token,
  messageId: 'm',
  leaseMs: 1000,
  attempt: 1,
  ...more,
});
const granted = (id: string, begin: number, token: string): Call =>
  call(id, begin, 'claim', ['1', ['X']], {
    value: { claim: claimOf(token), claimed: ['X'], alreadySent: [], heldElsewhere: [], uncertain: [] },
  });
const taken = (id: string, begin: number, token: string): Call =>
  call(id, begin, 'takeUncertain', ['1'], { value: [claimOf(token, { attempt: 2 })] });
const marked = (id: string, begin: number, ...codes: string[]): Call =>
  call(id, begin, 'markSent', ['1', ['X'], { source: id }], {
    value: { marked: codes, alreadySent: ['X'].filter((code) => !codes.includes(code)) },
  });
const confirmed = (id: string, begin: number, token: string, leaseLost = false): Call =>
  call(id, begin, 'confirm', [claimOf(token)], { value: { marked: ['X'], alreadySent: [], leaseLost } });
const released = (id: string, begin: number, token: string, outcome = 'not-sent', more: object = {}): Call =>
  call(id, begin, 'release', [claimOf(token, more), outcome]);
const free = (id: string, begin: number): Call => call(id, begin, 'filterUnsent', ['1', ['X']], { value: ['X'] });
const state = (id: string, begin: number, word: string): Call => call(id, begin, 'states', ['1', ['X']], { value: { X: word } });
const unanswered = { end: Infinity };

/** The rules that a history breaks. */
const rules = (calls: readonly Call[], promises: Parameters<typeof violations>[1] = SHARED): string[] => [
  ...new Set(violations(history(...calls), promises).map((line) => line.slice(0, line.indexOf(':')))),
];

describe('The checker accepts', () => {
  it.each<[string, Call[]]>([
    [
      'a code that is claimed, sent and listed',
      [
        granted('a1', 0, 't'),
        confirmed('a2', 20, 't'),
        state('b1', 40, 'sent'),
        call('b2', 60, 'listSent', ['1'], { value: [{ code: 'X', source: 'a2' }] }),
        call('b3', 80, 'stats', ['1'], { value: { total: 1 } }),
        call('b4', 90, 'listGuilds', [], { value: ['1'] }),
      ],
    ],
    ['another owner once the first has let go', [granted('a1', 0, 't'), released('a2', 20, 't'), granted('b1', 25, 'u')]],
    ['another owner after the lease', [granted('a1', 0, 't'), taken('b1', 1000, 'u'), confirmed('a2', 1100, 't', true)]],
    ['a look-up that began before the mark was acknowledged', [{ ...free('a1', 0), end: 100 }, marked('b1', 20, 'X')]],
    [
      'a code that is free because a release may have arrived',
      [granted('a1', 0, 't'), { ...released('a2', 20, 't'), ...unanswered }, free('b1', 5000)],
    ],
    [
      'a code that is free because somebody decided so',
      [granted('a1', 0, 't'), call('b1', 2000, 'resolveUncertain', ['1', ['X'], 'not-sent'], { value: 1 }), free('b2', 2020)],
    ],
    [
      'a mark that was forgotten and made again',
      [marked('a1', 0, 'X'), call('b1', 20, 'forget', ['1', ['X']], { value: 1 }), free('b2', 40), marked('a2', 60, 'X')],
    ],
    [
      'a guild that was cleared by a call without an answer',
      [marked('a1', 0, 'X'), call('b1', 20, 'clearGuild', ['1'], unanswered), free('b2', 400)],
    ],
    ['errors of an outage', [call('a1', 0, 'ping', [], { error: 'STORE_UNAVAILABLE' })]],
  ])('%s', (_, calls) => {
    expect(violations(history(...calls), SHARED)).toEqual([]);
  });
});

describe('The checker refuses', () => {
  it.each<[string, string, Call[]]>([
    ['lease', 'two owners', [granted('a1', 0, 't'), granted('b1', 500, 'u')]],
    ['lease', 'somebody who takes over a live message', [granted('a1', 0, 't'), taken('b1', 500, 'u')]],
    [
      'lease',
      'two owners, of whom one lives on a renewal',
      [granted('a1', 0, 't'), call('a2', 900, 'renew', [claimOf('t')], { value: claimOf('t') }), taken('b1', 1500, 'u')],
    ],
    ['lease', 'an offer of what somebody owns', [granted('a1', 0, 't'), free('b1', 500)]],
    ['lease', 'an owned code that is uncertain', [granted('a1', 0, 't'), state('b1', 500, 'uncertain')]],
    [
      'lease',
      'an owner that loses a live lease',
      [granted('a1', 0, 't'), call('a2', 500, 'renew', [claimOf('t')], { error: 'LEASE_LOST', lost: ['X'] })],
    ],
    [
      'lease',
      'an owner that does not hear of a takeover',
      [granted('a1', 0, 't'), taken('b1', 1100, 'u'), confirmed('a2', 1200, 't')],
    ],
    ['sent', 'an offer after a mark', [marked('a1', 0, 'X'), free('b1', 20)]],
    ['sent', 'an offer after a mark of somebody else', [marked('a1', 0), free('a2', 20)]],
    ['sent', 'a claim after a confirm', [granted('a1', 0, 't'), confirmed('a2', 20, 't'), granted('b1', 40, 'u')]],
    ['sent', 'a takeover after a mark', [marked('a1', 0, 'X'), taken('b1', 20, 'u')]],
    ['sent', 'a mark that is gone at the end', [marked('a1', 0, 'X'), state('z1', 5000, 'absent')]],
    ['sent', 'a mark that became uncertain', [marked('a1', 0, 'X'), state('z1', 5000, 'uncertain')]],
    [
      'sent',
      'a sent code whose record is gone',
      [
        call('a1', 0, 'getSent', ['1', ['X']], { value: { X: { source: 'auto' } } }),
        call('b1', 20, 'getSent', ['1', ['X']], { value: {} }),
      ],
    ],
    [
      'sent',
      'a person who is told that it was not sent',
      [marked('a1', 0, 'X'), call('b1', 20, 'isSent', ['1', 'X'], { value: false })],
    ],
    ['sent', 'a listing without a mark', [marked('a1', 0, 'X'), call('b1', 20, 'listSent', ['1'], { value: [] })]],
    ['sent', 'figures without a mark', [marked('a1', 0, 'X'), call('b1', 20, 'stats', ['1'], { value: { total: 0 } })]],
    ['sent', 'a list without the guild of a mark', [marked('a1', 0, 'X'), call('b1', 20, 'listGuilds', [], { value: ['2'] })]],
    [
      'sent',
      'an offer although only another code was forgotten',
      [marked('a1', 0, 'X'), call('b1', 20, 'forget', ['1', ['Y']], { value: 1 }), free('b2', 40)],
    ],
    [
      'sent',
      'an offer after a mark that followed the forgetting',
      [call('b1', 0, 'forget', ['1', ['X']], { value: 1 }), marked('a1', 20, 'X'), free('b2', 40)],
    ],
    ['marked', 'two that marked one code', [marked('a1', 0, 'X'), marked('b1', 20, 'X')]],
    [
      'marked',
      'a mark, and a decision that made it sent too',
      [marked('a1', 0, 'X'), call('b1', 5, 'resolveUncertain', ['1', ['X'], 'sent'], { value: 1 })],
    ],
    [
      'marked',
      'a source that is not that of who marked',
      [marked('a1', 0, 'X'), call('b1', 20, 'getSent', ['1', ['X']], { value: { X: { source: 'b9' } } })],
    ],
    [
      'marked',
      'a source that changes',
      [
        call('a1', 0, 'getSent', ['1', ['X']], { value: { X: { source: 'a8' } } }),
        call('b1', 20, 'getSent', ['1', ['X']], { value: { X: { source: 'b9' } } }),
      ],
    ],
    ['vanished', 'a claim that nobody gave back', [granted('a1', 0, 't'), free('z1', 5000)]],
    [
      'vanished',
      'a retry that "not-sent" freed',
      [taken('a1', 0, 't'), released('a2', 20, 't', 'not-sent', { attempt: 2 }), free('z1', 5000)],
    ],
    [
      'vanished',
      'a code that an earlier owner gave back',
      [granted('a1', 0, 't'), released('a2', 1500, 't'), taken('b1', 1600, 'u'), free('z1', 5000)],
    ],
    [
      'baseline',
      'two that made the baseline of a guild',
      [
        call('a1', 0, 'baseline', ['1', ['X']], { value: { applied: true, marked: ['X'] } }),
        call('b1', 20, 'baseline', ['1', ['X']], { value: { applied: true, marked: ['X'] } }),
      ],
    ],
    ['error', 'an error that no outage explains', [call('a1', 0, 'ping', [], { error: 'STORE_DAMAGED' })]],
  ])('%s: %s', (rule, _, calls) => {
    expect(rules(calls)).toContain(rule);
  });
});

describe('The checker of a chain', () => {
  const replaced = (kept: Replacement['kept'], ...calls: Call[]): string[] =>
    violations({ calls, deaths: [], replacements: [{ bot: 'a', at: 100, kept }] }, CHAIN);

  it('lets the owner of a killed process go', () => {
    const calls = [granted('a1', 0, 't'), { ...taken('a2', 500, 'u'), life: 2 }];
    const died = { calls, deaths: [{ bot: 'a', life: 1, at: 400 }], replacements: [] };
    expect(violations(died, CHAIN)).toEqual([]);
    expect(violations(died, { ...CHAIN, deadOwnersCount: true })).toHaveLength(2);
    expect(violations(history(...calls), CHAIN)).toHaveLength(2);
  });

  it('holds a bot to what it was told in an outage, and others only to what the first store has', () => {
    const inOutage = { ...marked('a1', 0, 'X'), healthy: false };
    expect(rules([inOutage, free('a2', 20)], CHAIN)).toEqual(['sent']);
    expect(rules([inOutage, free('b1', 20)], CHAIN)).toEqual([]);
    expect(rules([marked('a1', 0, 'X'), free('b1', 20)], CHAIN)).toEqual(['sent']);
  });

  it('lets go with a first store what no mirror has, and nothing else', () => {
    expect(replaced({}, marked('a1', 0, 'X'), free('a2', 200))).toEqual([]);
    expect(replaced({ '1:X': 'sent' }, marked('a1', 0, 'X'), free('a2', 200))).toHaveLength(1);
    expect(replaced({}, granted('a1', 0, 't'), free('a2', 200))).toEqual([]);
    expect(replaced({ '1:X': 'claimed' }, granted('a1', 0, 't'), free('a2', 2000))).toHaveLength(1);
    expect(replaced({ '1:X': 'sent' }, marked('a1', 0, 'X'), free('b1', 200))).toEqual([]);
  });
});
