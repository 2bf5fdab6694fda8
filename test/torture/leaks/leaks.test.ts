import { expect, it } from 'vitest';
import { mongoUri } from '../../tools/mongo/connect.js';
import { leaksOf, useStore } from './leaks.js';

// A chain uses a file, and a client of the bot's own, too.
it.concurrent.each(['FallbackStore', 'MongoStore'] as const)(
  '%s leaves nothing behind, of its calls and of opening and closing',
  // Each call waits for a disk or a server, which others may keep busy.
  { timeout: 300_000 },
  async (kind) => {
    expect(leaksOf(await useStore({ kind, uri: mongoUri(), calls: 400, openings: 20 }))).toEqual([]);
  },
);
