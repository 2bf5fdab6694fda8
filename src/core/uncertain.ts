import type { Claim } from '../contract/types.js';
import type { CodeKey } from '../domain/codes.js';
import type { HeldRecord } from '../domain/record.js';
import type { Settlement, StorePrimitives } from './driver.js';

/**
 * Takes over the uncertain messages of a guild, whole or not at all.
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
export async function takeMessages(store: StorePrimitives, guildId: string, request: TakeRequest): Promise<Claim[]> {
  const messages = (await wholeMessages(store, guildId))
    .filter((members) => wanted(members, request))
    .map((members) => ({ token: request.newToken(), members }));
  const led = await takeEach(store, messages, request.leaseMs, (members) => members.slice(0, 1));
  const whole = await takeEach(store, led, request.leaseMs, (members) => members.slice(1));
  const broken = led.filter((message) => !whole.includes(message));
  await store.settleRecords(
    broken.flatMap(({ token, members }) =>
      members.map(({ code }) => ({ guildId, code, event: { type: 'release', token, outcome: 'uncertain' } })),
    ),
  );
  return whole.map(({ token, members }) => ({
    guildId,
    codes: members.map((member) => member.record.spelling),
    token,
    messageId: members[0].record.messageId,
    leaseMs: request.leaseMs,
    attempt: members[0].record.attempt + 1,
  }));
}

/** Decides uncertain codes and leaves other codes alone. Resolves to the number decided. */
export async function resolveCodes(
  store: StorePrimitives,
  keys: readonly CodeKey[],
  as: 'sent' | 'not-sent',
  now: number,
): Promise<number> {
  const before = await store.readRecords(keys);
  const uncertain = keys.flatMap(({ guildId, code }, index) => {
    const record = before[index];
    return record?.state === 'uncertain' ? [{ guildId, code, record }] : [];
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
    uncertain.map(({ guildId, code, record: { messageId, attempt } }) => ({
      guildId,
      code,
      event: { type: 'resolve', messageId, attempt },
    })),
  );
  return after.filter((record) => record === undefined).length;
}

/** Which uncertain messages to take, and under which lease. */
export interface TakeRequest {
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

async function wholeMessages(store: StorePrimitives, guildId: string): Promise<Message['members'][]> {
  const messages = new Map<string, [Member, ...Member[]]>();
  for await (const { code, record } of store.scanRecords({ guildId, held: true })) {
    if (record.state === 'sent') continue;
    const members = messages.get(record.messageId);
    if (members === undefined) messages.set(record.messageId, [{ guildId, code, record }]);
    else members.push({ guildId, code, record });
  }
  const whole = [...messages.values()].filter((members) =>
    members.every(({ record }) => record.state === 'uncertain' && record.size === members.length),
  );
  for (const members of whole) members.sort((a, b) => a.record.position - b.record.position);
  return whole;
}

function wanted(members: readonly Member[], { codes, withinMs }: TakeRequest): boolean {
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
  leaseMs: number,
  part: (members: readonly Member[]) => readonly Member[],
): Promise<Message[]> {
  const changes = messages.flatMap(({ token, members }) =>
    part(members).map(({ guildId, code, record }): Settlement => ({
      guildId,
      code,
      event: { type: 'take', messageId: record.messageId, token, leaseMs },
    })),
  );
  const after = await store.settleRecords(changes);
  const failed = new Set<string>();
  for (const [index, { event }] of changes.entries()) {
    const record = after[index];
    // Also lost if the lease ran out before the answer came: somebody else may have taken the
    // message since.
    if (event.type === 'take' && (record?.state !== 'claimed' || record.token !== event.token)) failed.add(event.token);
  }
  return messages.filter(({ token }) => !failed.has(token));
}
