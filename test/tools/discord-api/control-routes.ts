import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

import type { ChannelSettings } from './channels.js';
import { FaultPlan } from './fault-plan.js';
import { readBody, type Answer } from './http.js';
import { deleteMessage } from './read-routes.js';
import { snowflakeAt } from './snowflake.js';
import type { Message } from './message-board.js';
import type { World } from './world.js';

const id = z.string().regex(/^\d+$/);
const message = z.strictObject({ channelId: id, messageId: id });
const channel = z.strictObject({ channelId: id });
const channelChanges = z.strictObject({
  channelId: id,
  type: z.int().exactOptional(),
  guildId: id.exactOptional(),
  parentId: id.exactOptional(),
  viewChannel: z.boolean().exactOptional(),
  readMessageHistory: z.boolean().exactOptional(),
  archivedAt: z.number().nullable().exactOptional(),
});
const fields = z.record(z.string(), z.unknown());
const post = z.strictObject({ channelId: id, author: id, ageMs: z.number().nonnegative().default(0), fields });
const edit = z.strictObject({ channelId: id, messageId: id, fields });
const intents = z.strictObject({ messageContent: z.boolean() });
const clock = z.strictObject({ advanceMs: z.number().nonnegative() });

/**
 * Answers one request below /control, which is for the test and not for the bot:
 * - `POST /control/faults` `{ rules?, random? }` takes the place of the plan before; `{}` ends all faults.
 * - `POST /control/delete-message` `{ channelId, messageId }`, `POST /control/delete-channel` `{ channelId }`.
 * - `POST /control/channel` `{ channelId, … }`: what {@link ChannelSettings} says of it.
 * - `POST /control/post` `{ channelId, author, ageMs?, fields }`: a message of somebody else, or of another part of the bot. It is
 *   not in the ledger. Answers the message.
 * - `POST /control/edit-message` `{ channelId, messageId, fields }`: changes fields of the message object.
 * - `POST /control/intents` `{ messageContent }`: whether the bots have that intent.
 * - `POST /control/clock` `{ advanceMs }`.
 * - `GET /control/ledger`: all entries; with `?after=<sequence>` those that follow, of which it waits for the first.
 *
 * A request that it does not understand is a 400 that says why: a misspelt fault must not look like none.
 */
export async function answerControl(
  world: World,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
): Promise<Answer> {
  const text = await readBody(request);
  try {
    return await control(world, `${request.method ?? ''} ${path}`, text, query);
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return { status: 400, body: { message: error.message } };
    throw error;
  }
}

async function control(world: World, route: string, text: string, query: URLSearchParams): Promise<Answer> {
  const done = { status: 204 };
  switch (route) {
    case 'POST /faults':
      world.faults = new FaultPlan(JSON.parse(text));
      return done;
    case 'POST /delete-message': {
      const { channelId, messageId } = message.parse(JSON.parse(text));
      return deleteMessage(world, channelId, messageId) ? done : { status: 404, body: { message: 'no such message' } };
    }
    case 'POST /delete-channel':
      world.board.deleteChannel(channel.parse(JSON.parse(text)).channelId);
      return done;
    case 'POST /channel': {
      const { channelId, ...changes } = channelChanges.parse(JSON.parse(text));
      world.channels.set(channelId, changes satisfies Partial<ChannelSettings>);
      return done;
    }
    case 'POST /post':
      return { status: 200, body: postAs(world, post.parse(JSON.parse(text))) };
    case 'POST /edit-message': {
      const { channelId, messageId, fields: changes } = edit.parse(JSON.parse(text));
      const found = world.board.find(channelId, messageId);
      if (found === undefined) return { status: 404, body: { message: 'no such message' } };
      world.board.add({ ...found, ...changes });
      return done;
    }
    case 'POST /intents':
      world.hasContentIntent = intents.parse(JSON.parse(text)).messageContent;
      return done;
    case 'POST /clock':
      world.advanceClock(clock.parse(JSON.parse(text)).advanceMs);
      return done;
    case 'GET /ledger': {
      const after = query.get('after');
      const entries = after === null ? world.ledger.all() : await world.ledger.after(z.coerce.number().int().parse(after));
      return { status: 200, body: entries };
    }
    default:
      return { status: 404, body: { message: `there is no control ${route}` } };
  }
}

function postAs(world: World, { channelId, author, ageMs, fields: given }: z.output<typeof post>): Message {
  const at = world.now() - ageMs;
  const draft = { content: '', embeds: [], components: [], flags: 0, nonce: null, enforceNonce: false };
  const composed = world.board.compose(channelId, author, draft);
  // The last digits of the composed id keep two messages of one millisecond apart.
  const id = ageMs === 0 ? composed.id : String(snowflakeAt(at) + (BigInt(composed.id) & 0x3f_ffffn));
  const message = { ...composed, id, timestamp: new Date(at).toISOString(), ...given };
  world.board.add(message);
  return message;
}
