import { InvalidInputError } from '../contract/errors.js';
import { describe } from '../domain/describe.js';
import { GLOBAL } from '../stores/legacy/state.js';
import { fromTimestamp } from '../domain/timestamps.js';
import type { SourceCode, SourceEntry } from './source-entry.js';

/** Reads `{ guildId, codes }`, and the old bot's `{ _id, codes, last_sent_at }`, as a stream. */
export async function* readEntries(items: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<SourceEntry> {
  let index = 0;
  for await (const item of items) {
    yield readEntry(item, `from[${index}]`);
    index += 1;
  }
}

function readEntry(item: unknown, place: string): SourceEntry {
  if (typeof item !== 'object' || item === null) return broken(place, place, item, 'Pass { guildId, codes }.');
  const { guildId, _id, codes, last_sent_at } = item as Record<string, unknown>;
  const guild = guildId ?? _id;
  if (typeof guild !== 'string' && typeof guild !== 'bigint') {
    return broken(place, `${place}.guildId`, guild, 'Pass a string or a bigint: a number may have lost digits.');
  }
  if (!Array.isArray(codes) && !(codes instanceof Set))
    return broken(guild, `${place}.codes`, codes, 'Pass an array or a Set of codes.');
  if (guildId === undefined && guild === GLOBAL) {
    return broken(
      guild,
      `${place}._id`,
      guild,
      'Its codes count for every guild: leave the document out, and give its codes as entries of those guilds.',
    );
  }
  return {
    guildId: guild,
    codes: codesOf(codes as Iterable<unknown>, guildId === undefined ? fromTimestamp(last_sent_at) : null),
  };
}

function* codesOf(codes: Iterable<unknown>, sentAt: number | null): Generator<SourceCode> {
  for (const code of codes) yield { code, sentAt };
}

function broken(guildId: string | bigint, argument: string, value: unknown, hint: string): SourceEntry {
  const problem = new InvalidInputError('INVALID_OPTION', argument, `${argument} is ${describe(value)}. ${hint}`);
  return { guildId, codes: [], problem };
}
