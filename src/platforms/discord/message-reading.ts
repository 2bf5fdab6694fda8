import { mayReadHistory } from './history-permission.js';
import { isAnnouncement, type MessageObject, type Sender } from './message-object.js';
import type { ChannelReading, ReadDiscord } from './read-discord.js';
import { firstIdOf } from './snowflake.js';

/**
 * Reads what the bot announced in a channel from a moment until now (ms since 1970): page after
 * page, from old to new. An empty page is no proof that nothing follows: without
 * Read Message History every page is empty. So the newest message of the channel is asked for last.
 * If Discord shows it, and it is none that was missed, then Discord has shown all:
 *
 * ```text
 * pages:    1 2 3 ..... 100   101 102   (empty)
 * newest:                               102: read. Whole.
 * pages:    1 2 3 ..... 100   (no permission for a moment: empty)
 * newest:                               102: not read. Goes on after 100.
 * ```
 */
export async function readMessages(read: ReadDiscord, channelId: string, from: number, sender: Sender): Promise<ChannelReading> {
  const list = async (query: Readonly<Record<string, string>>): Promise<readonly MessageObject[]> =>
    (await read(`/channels/${channelId}/messages`, query)) as readonly MessageObject[];
  const messages: MessageObject[] = [];
  let last = firstIdOf(from) - 1n;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const newestFirst = await list({ after: String(last), limit: String(PAGE) });
    messages.push(...newestFirst.filter((message) => isAnnouncement(message, sender)).toReversed());
    last = newestFirst.reduce((latest, { id }) => (BigInt(id) > latest ? BigInt(id) : latest), last);
    if (newestFirst.length === PAGE) continue;
    const [newest] = await list({ limit: '1' });
    if (newest === undefined) return { messages, gap: await whyEmpty(read, channelId, sender, list) };
    if (BigInt(newest.id) <= last) return { messages, gap: undefined };
  }
  return { messages, gap: `more than ${MAX_PAGES * PAGE} messages follow, or they may not be read` };
}

/**
 * Discord takes 1 to 100
 * (https://docs.discord.com/developers/resources/message#get-channel-messages).
 */
const PAGE = 100;
/** 2 000 messages: more take longer than an answer is waited for. */
const MAX_PAGES = 20;

/** A channel that shows no message at all has none only if the bot may read, before and after. */
async function whyEmpty(
  read: ReadDiscord,
  channelId: string,
  { botId }: Sender,
  list: (query: Readonly<Record<string, string>>) => Promise<readonly MessageObject[]>,
): Promise<string | undefined> {
  const mayRead = (): Promise<boolean> => mayReadHistory(read, channelId, botId);
  if (!(await mayRead())) return 'the bot may not read the history of the channel: give it Read Message History';
  const shown = await list({ limit: '1' });
  return shown.length === 0 && (await mayRead()) ? undefined : 'what the bot may read has changed in the meantime';
}
