import { everyoneRole, withheld } from './channels.js';
import { API_ERRORS } from './errors.js';
import { refusal, type Answer } from './http.js';
import type { Message } from './message-board.js';
import type { World } from './world.js';

/** https://docs.discord.com/developers/resources/message#message-object-message-flags */
const SUPPRESS_EMBEDS = 1 << 2;
const CHANNEL = /^\/channels\/(\d+)$/;
const MESSAGES = /^\/channels\/(\d+)\/messages$/;
const MESSAGE = /^\/channels\/(\d+)\/messages\/(\d+)$/;
const ARCHIVED_THREADS = /^\/channels\/(\d+)\/threads\/archived\/public$/;
const ACTIVE_THREADS = /^\/guilds\/(\d+)\/threads\/active$/;
const ROLES = /^\/guilds\/(\d+)\/roles$/;
const MEMBER = /^\/guilds\/(\d+)\/members\/(\d+)$/;

/** Every route that posts nothing. The caller has checked that the channel is there, and that the bot may see it. */
export function answerRead(world: World, method: string, path: string, query: URLSearchParams, author: string): Answer {
  const message = MESSAGE.exec(path);
  if (message !== null) return oneMessage(world, method, message[1]!, message[2]!, author);
  if (method !== 'GET') return refusal(API_ERRORS.notFound);
  const me = { id: author, username: `bot-${author}`, discriminator: '0000', avatar: null, bot: true };
  if (path === '/users/@me') return { status: 200, body: me };

  const [channelId] = CHANNEL.exec(path)?.slice(1) ?? [];
  if (channelId !== undefined) return { status: 200, body: describeChannel(world, channelId) };
  const [listed] = MESSAGES.exec(path)?.slice(1) ?? [];
  if (listed !== undefined) return listMessages(world, listed, query, author);
  const [forum] = ARCHIVED_THREADS.exec(path)?.slice(1) ?? [];
  if (forum !== undefined) return archivedThreads(world, forum, query);
  const [guild] = ACTIVE_THREADS.exec(path)?.slice(1) ?? [];
  if (guild !== undefined) return activeThreads(world, guild);
  const [ofRoles] = ROLES.exec(path)?.slice(1) ?? [];
  if (ofRoles !== undefined) return { status: 200, body: [everyoneRole(ofRoles)] };
  if (MEMBER.test(path)) return { status: 200, body: { user: me, roles: [], joined_at: new Date(0).toISOString() } };
  return refusal(API_ERRORS.notFound);
}

/** A channel object; the last message may have been deleted since, as with Discord. */
export function describeChannel(world: World, channelId: string): object {
  return world.channels.describe(channelId, world.board.lastId(channelId));
}

/** https://docs.discord.com/developers/resources/message#get-channel-messages */
function listMessages(world: World, channelId: string, query: URLSearchParams, author: string): Answer {
  if (world.channels.isForum(channelId)) return refusal(API_ERRORS.wrongChannelType);
  const limit = Number(query.get('limit') ?? '50');
  const given = ['before', 'after', 'around'].filter((name) => query.has(name));
  const [anchor] = given;
  const id = anchor === undefined ? '' : (query.get(anchor) ?? '');
  if (!Number.isInteger(limit) || limit < 1 || limit > 100 || given.length > 1 || !(anchor === undefined || /^\d+$/.test(id))) {
    return refusal(API_ERRORS.invalidFormBody);
  }
  // No error: https://docs.discord.com/developers/resources/message#get-channel-messages
  if (!world.channels.get(channelId).readMessageHistory) return { status: 200, body: [] };
  const messages = world.board.list(channelId, limit, anchor === undefined ? {} : { [anchor]: BigInt(id) });
  return { status: 200, body: messages.map((message) => shown(world, message, author)) };
}

function oneMessage(world: World, method: string, channelId: string, messageId: string, author: string): Answer {
  const message = world.board.find(channelId, messageId);
  if (message === undefined) return refusal(API_ERRORS.unknownMessage);
  if (method === 'GET') {
    if (!world.channels.get(channelId).readMessageHistory) return refusal(API_ERRORS.missingAccess);
    return { status: 200, body: shown(world, message, author) };
  }
  if (method !== 'DELETE') return refusal(API_ERRORS.notFound);
  deleteMessage(world, channelId, messageId);
  return { status: 204 };
}

/** The message as it is serialized for its reader. */
function shown(world: World, message: Message, author: string): Message {
  const read = withheld(message, author, world.hasContentIntent);
  return (Number(read['flags']) & SUPPRESS_EMBEDS) === 0 ? read : { ...read, embeds: [] };
}

/** https://docs.discord.com/developers/resources/guild#list-active-guild-threads */
function activeThreads(world: World, guild: string): Answer {
  const ids = world.channels.threads(
    ({ guildId, archivedAt, viewChannel }) => guildId === guild && archivedAt === null && viewChannel,
  );
  return { status: 200, body: { threads: existing(world, ids).map((id) => describeChannel(world, id)), members: [] } };
}

/** https://docs.discord.com/developers/resources/channel#list-public-archived-threads */
function archivedThreads(world: World, forum: string, query: URLSearchParams): Answer {
  if (!world.channels.get(forum).readMessageHistory) return refusal(API_ERRORS.missingAccess);
  const limit = Number(query.get('limit') ?? '50');
  const before = query.has('before') ? Date.parse(query.get('before')!) : Infinity;
  const ids = existing(
    world,
    world.channels.threads(({ parentId }) => parentId === forum),
  )
    .map((id) => ({ id, archivedAt: world.channels.get(id).archivedAt }))
    .filter(({ archivedAt }) => archivedAt !== null && archivedAt < before)
    .sort((a, b) => b.archivedAt! - a.archivedAt!)
    .map(({ id }) => id);
  const threads = ids.slice(0, limit).map((id) => describeChannel(world, id));
  return { status: 200, body: { threads, members: [], has_more: ids.length > limit } };
}

const existing = (world: World, ids: readonly string[]): string[] => ids.filter((id) => world.board.hasChannel(id));

/** Deletes a message and says so in the ledger; false when there is no such message. */
export function deleteMessage(world: World, channelId: string, messageId: string): boolean {
  if (world.board.find(channelId, messageId) === undefined) return false;
  world.ledger.append({ kind: 'deleted', channelId, messageId });
  return world.board.delete(channelId, messageId);
}
