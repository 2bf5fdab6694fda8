import { InvalidInputError } from '../contract/errors.js';
import type { GuildId } from '../contract/types.js';
import { describe } from './describe.js';

/**
 * The guild id as a string, or `INVALID_GUILD_ID`.
 *
 * @param argument - what the error calls the value: `guildId`, `batch[3].guildId`
 */
export function checkGuildId(value: GuildId, argument = 'guildId'): string {
  const given: unknown = typeof value === 'bigint' ? value.toString() : value;
  if (typeof given === 'number') {
    throw invalid(
      argument,
      `${argument} is ${describe(given)}. Ids of chat platforms exceed 2^53 and lose digits as a JavaScript number: ` +
        'pass the id as a string, as the platform gave it, or as a bigint.',
    );
  }
  if (typeof given !== 'string') throw invalid(argument, `${argument} is ${describe(given)}. Pass a string or a bigint.`);
  if (given === '') throw invalid(argument, `${argument} is empty. Pass the id of a guild, chat or channel.`);
  if (given.length > MAX_LENGTH) {
    throw invalid(argument, `${argument} has ${given.length} characters, ${MAX_LENGTH} at most: ${describe(given)}.`);
  }
  if (given.includes(':')) throw invalid(argument, `${argument} is ${describe(given)}. A guild id must not contain ":".`);
  // BSON and UTF-8 write every lone surrogate as the same replacement character: two guilds would
  // share their records.
  if (!given.isWellFormed())
    throw invalid(argument, `${argument} has a lone surrogate, which no store can keep: ${describe(given)}.`);
  return given;
}

const MAX_LENGTH = 100;

function invalid(argument: string, message: string): InvalidInputError {
  return new InvalidInputError('INVALID_GUILD_ID', argument, message);
}
