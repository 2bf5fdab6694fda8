import type { DeliveryEvidence, UncertainMessage } from '../../delivery/find-delivery.js';
import { exactIdentity } from '../../domain/exact-identity.js';
import { discordNonce } from './discord-nonce.js';
import { type MessageObject, whyUnreadable } from './message-object.js';
import { textsOf } from './message-texts.js';
import type { PayloadCheck } from './payload-check.js';
import type { ChannelReading } from './read-discord.js';
import { shownCodes } from './shown-codes.js';
import { createdAt } from './snowflake.js';

/** What is asked for: the offered items do not matter here. */
type Asked = Omit<UncertainMessage<unknown>, 'items'>;

/** What the messages of a channel say of a message that may be among them. */
export async function judgeReading(
  { messages, gap }: ChannelReading,
  message: Asked,
  check: PayloadCheck,
): Promise<DeliveryEvidence> {
  const { codes, size, firstTriedAt, messageId } = message;
  const marked = messages.find((each) => carriesMark(each, messageId));
  if (marked !== undefined) return sentAs(marked);

  const doubts: string[] = [];
  for (const each of messages) {
    const shown = check.codesIn(textsOf(each), codes, message.identity);
    const unreadable = whyUnreadable(each, check.embedsMatter);
    if (shown.size === 0 && unreadable === undefined) continue;
    const showsAll = shown.size === codes.length && codes.length > 0;
    const isInTime = isWithinTries(each, message);
    const isRecorded = await message.isRecorded(receiptFor(each));
    // A recorded message is another one, unless a crash let only some of its codes be marked.
    if (showsAll && isInTime && (!isRecorded || codes.length < size)) return sentAs(each);
    if (!isRecorded) {
      doubts.push(`message ${receiptFor(each)} ${whyDoubtful(showsAll, shown.size, unreadable)}`);
    } else if (showsAll && isInTime) {
      doubts.push(`message ${receiptFor(each)} shows the codes, and is recorded for others`);
    }
  }
  if (gap !== undefined) doubts.push(gap);
  if (firstTriedAt === null) doubts.push('when the message was tried first is not known');
  if (check.mayBeMissed) doubts.push('the codes cannot be found in what render makes');
  if (codes.length === 0) doubts.push('no code is left of the message');
  const [doubt] = doubts;
  return doubt === undefined
    ? { outcome: 'not-sent', reason: 'the channel was read, and the message is not there' }
    : { outcome: 'uncertain', reason: doubt };
}

/** What a mark keeps of a message on Discord: where it is, and its id. */
export function receiptFor({ channel_id: channelId, id }: Pick<MessageObject, 'channel_id' | 'id'>): string {
  return `${channelId}/${id}`;
}

function sentAs(message: MessageObject): DeliveryEvidence {
  return { outcome: 'sent', receipt: receiptFor(message), sentAt: new Date(createdAt(message.id)) };
}

/** Ids of messages are random, so no text has one by chance. */
function carriesMark(message: MessageObject, messageId: string): boolean {
  return shownCodes(textsOf(message), [messageId, discordNonce(messageId)], exactIdentity).size > 0;
}

/** Whether Discord made it when the message could arrive. */
function isWithinTries(each: MessageObject, { firstTriedAt, lastTriedAt, settleMs }: Asked): boolean {
  const at = createdAt(each.id);
  const first = firstTriedAt?.getTime() ?? -Infinity;
  const last = lastTriedAt === null ? Infinity : lastTriedAt.getTime() + settleMs + ROUNDED_MS;
  return first <= at && at <= last;
}

/** The end of a try is rounded down to whole ms twice: by the clock, and as a `Date`. */
const ROUNDED_MS = 2;

function whyDoubtful(showsAll: boolean, shown: number, unreadable: string | undefined): string {
  if (showsAll) return 'shows the codes, but not from the time of the tries';
  return shown > 0 ? 'shows some of the codes' : (unreadable ?? 'cannot be read');
}
