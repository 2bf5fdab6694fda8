import { CHANNEL_TYPES } from './channels.js';
import { postMessage, type Outcome } from './create-message.js';
import { API_ERRORS } from './errors.js';
import { parseMessage } from './message-body.js';
import { describeChannel } from './read-routes.js';
import type { World } from './world.js';

/**
 * POST /channels/:id/threads in a forum or media channel: a thread with its first message, which has the thread's id
 * (https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel). A nonce is no parameter
 * of that message, so none is compared. The ledger names the forum, which is where the bot was told to post.
 */
export async function startThread(world: World, forumId: string, author: string, text: string): Promise<Outcome> {
  const { name, message } = readBody(text);
  const parsed = parseMessage(message);
  const isForum = world.channels.isForum(forumId) && name !== undefined;
  return postMessage(world, { channelId: forumId, author }, isForum ? parsed : { error: API_ERRORS.invalidFormBody }, {
    prepare: (draft) => ({ kind: 'created', message: world.board.compose(undefined, author, draft) }),
    commit: (first) => {
      const { guildId } = world.channels.get(forumId);
      const thread = { type: CHANNEL_TYPES.publicThread, guildId, parentId: forumId, ownerId: author, name: name ?? '' };
      world.channels.set(first.id, thread);
      world.board.add(first);
    },
    answer: (first) => ({ status: 201, body: { ...describeChannel(world, first.id), message: first } }),
  });
}

function readBody(text: string): { readonly name?: string; readonly message: string } {
  try {
    const { name, message } = JSON.parse(text) as { name?: unknown; message?: unknown };
    return { ...(typeof name === 'string' && { name }), message: JSON.stringify(message ?? {}) };
  } catch {
    return { message: text };
  }
}
