import { fieldsOf } from '../network/error-fields.js';
import type { ChannelObject } from './history-permission.js';
import { isAnnouncement, type MessageObject, type Sender } from './message-object.js';
import type { ChannelReading, ReadDiscord } from './read-discord.js';
import { createdAt } from './snowflake.js';

/**
 * Reads the first messages of the posts of a forum or media channel. A post is a thread, and its
 * first message has the id of the thread
 * (https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel).
 *
 * Archived threads are listed only with Read Message History, and without it Discord answers an
 * error. Active threads are listed before and after: a thread can be archived, or come back, while
 * the lists are read.
 */
export async function readForum(
  read: ReadDiscord,
  forumId: string,
  { guild_id: guildId }: ChannelObject,
  from: number,
  sender: Sender,
): Promise<ChannelReading> {
  const active = async (): Promise<readonly Thread[]> => {
    const { threads } = (await read(`/guilds/${guildId ?? ''}/threads/active`)) as { readonly threads: readonly Thread[] };
    return threads.filter(({ parent_id: parentId }) => parentId === forumId);
  };
  const before = await active();
  const archived = await archivedThreads(read, forumId, from);
  const threads = [...before, ...archived.threads, ...(await active())];
  const isOwn = ({ owner_id: owner }: Thread): boolean => sender.webhookId !== undefined || owner === sender.botId;
  const ids = new Set(threads.filter((thread) => createdAt(thread.id) >= from && isOwn(thread)).map(({ id }) => id));
  if (ids.size > MAX_POSTS) return { messages: [], gap: `more than ${MAX_POSTS} posts of the bot follow` };
  const messages: MessageObject[] = [];
  for (const id of [...ids].sort((a, b) => createdAt(a) - createdAt(b))) {
    const message = await firstMessage(read, id);
    if (message !== undefined && isAnnouncement(message, sender)) messages.push(message);
  }
  return { messages, gap: archived.gap };
}

interface Thread {
  readonly id: string;
  readonly parent_id?: string | null;
  readonly owner_id?: string;
  readonly thread_metadata?: { readonly archive_timestamp: string };
}

const MAX_POSTS = 100;
const MAX_PAGES = 10;

/** The threads that were archived since: a thread is archived after it was made. */
async function archivedThreads(
  read: ReadDiscord,
  forumId: string,
  from: number,
): Promise<{ readonly threads: readonly Thread[]; readonly gap: string | undefined }> {
  const threads: Thread[] = [];
  let before: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { limit: '100', ...(before !== undefined && { before }) };
    const answer = (await read(`/channels/${forumId}/threads/archived/public`, query)) as {
      readonly threads: readonly Thread[];
      readonly has_more: boolean;
    };
    threads.push(...answer.threads);
    before = answer.threads.at(-1)?.thread_metadata?.archive_timestamp;
    if (!answer.has_more || before === undefined || Date.parse(before) < from) return { threads, gap: undefined };
  }
  return { threads, gap: `more than ${MAX_PAGES * 100} posts were archived since` };
}

/** `undefined` if it was deleted: Discord keeps the thread. */
async function firstMessage(read: ReadDiscord, threadId: string): Promise<MessageObject | undefined> {
  try {
    return (await read(`/channels/${threadId}/messages/${threadId}`)) as MessageObject;
  } catch (error) {
    const { code } = fieldsOf<'code'>(error);
    if (code === UNKNOWN_MESSAGE || code === UNKNOWN_CHANNEL) return undefined;
    throw error;
  }
}

const UNKNOWN_CHANNEL = 10003;
const UNKNOWN_MESSAGE = 10008;
