import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { deleteMessage } from './api-routes.js';
import { FaultPlan } from './fault-plan.js';
import { readBody, type Answer } from './http.js';
import type { World } from './world.js';

const id = z.string().regex(/^\d+$/);
const message = z.strictObject({ channelId: id, messageId: id });
const channel = z.strictObject({ channelId: id });
const clock = z.strictObject({ advanceMs: z.number().nonnegative() });

/**
 * Answers one request below /control, which is for the test and not for the bot:
 * - `POST /control/faults` `{ rules?, random? }` takes the place of the plan before; `{}` ends all faults.
 * - `POST /control/delete-message` `{ channelId, messageId }`, `POST /control/delete-channel` `{ channelId }`.
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
