import type { CodeState } from '../../src/contract/types.js';
import { type CodeEvent, type LocalHold, type LocalRecord, localState, transition } from '../../src/domain/state-machine.js';

/** One arrow of the diagram: what leads from one state to another. */
export interface StateArrow {
  readonly from: CodeState;
  readonly to: CodeState;
  readonly label: string;
}

const now = 1000;
const hold = { token: 'owner', messageId: 'message', spelling: 'Code', position: 0, size: 1, attempt: 1 };
const firstTry: LocalHold = { ...hold, state: 'held', leaseUntil: now + 1, firstTriedAt: 0, endedAt: null };
const secondTry: LocalHold = { ...firstTry, attempt: 2 };
const expired: LocalHold = { ...firstTry, leaseUntil: now };
const sent: LocalRecord = { state: 'sent', source: 'auto', sentAt: 0 };

const events: readonly (readonly [string, CodeEvent])[] = [
  ['claim', { type: 'claim', hold: { ...hold, token: 'other' }, leaseMs: 1 }],
  ['markSent, confirm', { type: 'mark', source: 'auto', sentAt: 0 }],
  ['renew', { type: 'renew', token: 'owner', leaseMs: 1 }],
  ["release 'not-sent'", { type: 'release', token: 'owner', outcome: 'not-sent' }],
  ["release 'unsent'", { type: 'release', token: 'owner', outcome: 'unsent' }],
  ['restart', { type: 'unsent', token: 'owner', leaseMs: 1 }],
  ["release 'uncertain'", { type: 'release', token: 'owner', outcome: 'uncertain' }],
  ['takeUncertain', { type: 'take', messageId: 'message', token: 'other', leaseMs: 1 }],
  ["resolveUncertain 'not-sent'", { type: 'resolve', messageId: 'message', attempt: 1 }],
  ['forget', { type: 'forget' }],
];

/** What the owner may still do after its lease, while nobody took the message over. */
const OWNERS = ['renew', 'restart', "release 'not-sent'", "release 'unsent'"];

/** Every arrow of the state machine, found by asking it: each event on a record of each state. */
export function stateArrows(): StateArrow[] {
  const arrows: StateArrow[] = [];
  const add = (record: LocalRecord | undefined, remark: string, skip: (label: string) => boolean = () => false): void => {
    for (const [label, event] of events) {
      const after = transition(record, event, now);
      if (after === record || skip(label)) continue;
      arrows.push({ from: localState(record, now), to: localState(after, now), label: `${label}${remark}` });
    }
  };
  add(undefined, '');
  add(firstTry, '');
  // Of a retry only what differs from a first try.
  add(secondTry, ' of a retry', (label) => label !== "release 'not-sent'");
  add(expired, '', (label) => label.startsWith('release') || OWNERS.includes(label));
  add(sent, '');
  arrows.push({ from: 'claimed', to: localState(firstTry, now + 1), label: 'the lease ends: a crash' });
  for (const label of OWNERS) {
    const [, event] = events.find(([name]) => name === label)!;
    arrows.push({ from: 'uncertain', to: localState(transition(expired, event, now), now), label: `${label} by its owner` });
  }
  return arrows;
}
