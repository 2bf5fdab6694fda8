import type { ExpectedTry, TakenClaim } from '../contract/claims.js';
import type { CodeKey } from '../domain/codes.js';
import { type HeldRecord, triesOf } from '../domain/record.js';
import type { Settlement, StorePrimitives } from './driver.js';

/**
 * Takes over the uncertain messages of a guild. For a retry a message is taken whole or not at all.
 * To ask the platform, what is left of a message is enough.
 *
 * If two takers each took some codes of a message, each would have half a message. So the first
 * code of a message is taken first, and decides:
 *
 * ```text
 * taker 1: take A -> mine       take B -> mine   whole: sends A and B under the old message id
 * taker 2: take A -> not mine   leaves B alone
 * ```
 *
 * If B was resolved, sent or renewed by its old owner in between, taker 1 gives A back as
 * uncertain, and the message is held.
 */
export async function takeMessages(store: StorePrimitives, guildId: string, request: TakeRequest): Promise<TakenClaim[]> {
  const messages = (await uncertainMessages(store, guildId))
    .filter((members) => wanted(members, request))
    .map((members) => ({ token: request.newToken(), members }));
  const led = await takeEach(store, messages, request, (members) => members.slice(0, 1));
  const whole = await takeEach(store, led, request, (members) => members.slice(1));
  const taken = new Set(whole.map(({ token }) => token));
  const broken = led.filter(({ token }) => !taken.has(token));
  await store.settleRecords(
    broken.flatMap(({ token, members }) =>
      members.map(({ code }) => ({ guildId, code, event: { type: 'release', token, outcome: 'uncertain' } })),
    ),
  );
  return whole.map((message) => takenClaim(guildId, message, request.leaseMs));
}

/**
 * The claim on a message as it was when it was taken. A crash between the writes of its codes can
 * leave them with different tries, so the claim has the most cautious of their values.
 */
function takenClaim(guildId: string, { token, members }: Message, leaseMs: number): TakenClaim {
  const records = members.map(({ record }) => record);
  const [{ messageId, target, size }] = [members[0].record];
  const ages = records.map(({ ageMs }) => ageMs);
  const idle = records.map(({ idleMs }) => idleMs);
  return {
    guildId,
    codes: records.map(({ spelling }) => spelling),
    token,
    messageId,
    leaseMs,
    attempt: Math.max(...records.map(({ attempt }) => attempt)),
    ...(target !== undefined && { target }),
    size,
    ageMs: ages.includes(null) ? null : Math.max(...ages.map(Number)),
    idleMs: idle.includes(null) ? null : Math.min(...idle.map(Number)),
  };
}

/** Decides uncertain codes and leaves other codes alone. Resolves to the number decided. */
export async function resolveCodes(
  store: StorePrimitives,
  keys: readonly CodeKey[],
  { as, expected, now }: Decision,
): Promise<number> {
  const before = await store.readRecords(keys);
  const uncertain = keys.flatMap(({ guildId, code }, index) => {
    const record = before[index];
    return record?.state === 'uncertain' && isExpected(record, expected) ? [{ guildId, code, record }] : [];
  });
  if (uncertain.length === 0) return 0;
  if (as === 'sent') {
    // Unconditional: if somebody took the message over since the read, the message has arrived all
    // the same.
    const marked = await store.markRecords(
      uncertain.map(({ guildId, code }) => ({ guildId, code, source: 'manual', sentAt: now })),
    );
    return marked.filter(Boolean).length;
  }
  const after = await store.settleRecords(
    uncertain.map(({ guildId, code, record }) => ({
      guildId,
      code,
      event: { type: 'resolve', messageId: record.messageId, attempt: triesOf(record) },
    })),
  );
  return after.filter((record) => record === undefined).length;
}

/** What somebody decided about a message that may have arrived. */
export interface Decision {
  readonly as: 'sent' | 'not-sent';
  /** The tries that the decision is about. `undefined`: all up to now. */
  readonly expected: ExpectedTry | undefined;
  /** ms since 1970. */
  readonly now: number;
}

function isExpected(record: HeldRecord, expected: ExpectedTry | undefined): boolean {
  return expected === undefined || (record.messageId === expected.messageId && triesOf(record) === expected.attempt);
}

/** Which uncertain messages to take, and under which lease. */
export interface TakeRequest {
  /** To ask the platform: no try, and what is left of a message is enough. */
  readonly asks: boolean;
  readonly messageId: string | undefined;
  readonly leaseMs: number;
  readonly withinMs: number | undefined;
  /** Identities. A message with any other code stays where it is. `undefined`: all messages. */
  readonly codes: ReadonlySet<string> | undefined;
  readonly newToken: () => string;
}

interface Member extends CodeKey {
  readonly record: HeldRecord;
}

interface Message {
  readonly token: string;
  readonly members: readonly [Member, ...Member[]];
}

/** Messages whose codes, all that are left, are uncertain. Codes in the order of the message. */
async function uncertainMessages(store: StorePrimitives, guildId: string): Promise<Message['members'][]> {
  const messages = new Map<string, [Member, ...Member[]]>();
  for await (const { code, record } of store.scanRecords({ guildId, held: true })) {
    if (record.state === 'sent') continue;
    const members = messages.get(record.messageId);
    if (members === undefined) messages.set(record.messageId, [{ guildId, code, record }]);
    else members.push({ guildId, code, record });
  }
  const uncertain = [...messages.values()].filter((members) => members.every(({ record }) => record.state === 'uncertain'));
  for (const members of uncertain) members.sort((a, b) => a.record.position - b.record.position);
  return uncertain;
}

function wanted(members: Message['members'], { asks, messageId, codes, withinMs }: TakeRequest): boolean {
  if (messageId !== undefined && members[0].record.messageId !== messageId) return false;
  if (!asks && members.some(({ record }) => record.size !== members.length)) return false;
  if (codes !== undefined && !members.every((member) => codes.has(member.code))) return false;
  // An age below zero means that a wall clock was set back, so the age is not known.
  return (
    withinMs === undefined ||
    members.every(({ record }) => record.ageMs !== null && record.ageMs >= 0 && record.ageMs <= withinMs)
  );
}

async function takeEach(
  store: StorePrimitives,
  messages: readonly Message[],
  { leaseMs, asks }: TakeRequest,
  part: (members: readonly Member[]) => readonly Member[],
): Promise<Message[]> {
  const changes = messages.flatMap(({ token, members }) =>
    part(members).map(({ guildId, code, record }): Settlement => ({
      guildId,
      code,
      event: { type: 'take', messageId: record.messageId, token, leaseMs, ...(asks && { asks }) },
    })),
  );
  const after = await store.settleRecords(changes);
  const taken = new Map<Member, HeldRecord>();
  for (const [index, member] of messages.flatMap(({ members }) => part(members)).entries()) {
    const { event } = changes[index] ?? {};
    const record = after[index];
    // Also lost if the lease ran out before the answer came: somebody else may have taken the
    // message since.
    if (event?.type === 'take' && record?.state === 'claimed' && record.token === event.token) taken.set(member, record);
  }
  return messages.flatMap((message): Message[] => {
    if (!part(message.members).every((member) => taken.has(member))) return [];
    const [first, ...rest] = message.members;
    const asTaken = (member: Member): Member => ({ ...member, record: taken.get(member) ?? member.record });
    return [{ ...message, members: [asTaken(first), ...rest.map(asTaken)] }];
  });
}
