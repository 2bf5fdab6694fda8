import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { Codes, GuildCodes } from '../contract/types.js';
import { describe } from './describe.js';
import { checkGuildId } from './guild-id.js';
import { checkCode } from './identity.js';

/** A code of a guild. `code` is the code's identity. */
export interface CodeKey {
  readonly guildId: string;
  readonly code: string;
}

/** A code of a guild, and how the caller wrote it. */
export interface SpelledKey extends CodeKey {
  readonly spelling: string;
}

/** One entry of a checked batch. */
export interface GuildKeys {
  readonly guildId: string;
  readonly keys: readonly SpelledKey[];
}

/**
 * The key of a code as one string: `guildId:CODE`. A guild id has no `:`, so the first one divides.
 */
export function keyOf(guildId: string, code: string): string {
  return `${guildId}:${code}`;
}

/**
 * Checks the codes of one guild: first occurrence, original order, without repeats. One bad code
 * rejects them all.
 */
export function checkCodes(guildId: string, codes: Codes, identity: Identity, argument = 'codes'): SpelledKey[] {
  checkCollection(codes, argument);
  const keys: SpelledKey[] = [];
  const seen = new Set<string>();
  let index = 0;
  for (const spelling of codes) {
    const code = checkCode(spelling, identity, argument, index);
    index += 1;
    if (seen.has(code)) continue;
    seen.add(code);
    keys.push({ guildId, code, spelling });
  }
  return keys;
}

/**
 * Checks a batch. A (guild, code) that occurs twice stays in its first entry only: otherwise both
 * entries would say "unsent".
 */
export function checkBatch(batch: readonly GuildCodes[], identity: Identity): GuildKeys[] {
  const given: unknown = batch;
  if (!Array.isArray(given)) {
    throw new InvalidInputError('INVALID_CODES', 'batch', `batch is ${describe(given)}. Pass an array of { guildId, codes }.`);
  }
  const seen = new Map<string, Set<string>>();
  return batch.map((entry, index) => {
    const item: unknown = entry;
    if (typeof item !== 'object' || item === null) {
      throw new InvalidInputError(
        'INVALID_CODES',
        `batch[${index}]`,
        `batch[${index}] is ${describe(item)}. Pass { guildId, codes }.`,
      );
    }
    const guildId = checkGuildId(entry.guildId, `batch[${index}].guildId`);
    const keys = checkCodes(guildId, entry.codes, identity, `batch[${index}].codes`);
    const before = seen.get(guildId);
    if (before === undefined) {
      seen.set(guildId, new Set(keys.map((key) => key.code)));
      return { guildId, keys };
    }
    const fresh = keys.filter((key) => !before.has(key.code));
    for (const key of fresh) before.add(key.code);
    return { guildId, keys: fresh };
  });
}

function checkCollection(codes: Codes, argument: string): void {
  const given: unknown = codes;
  if (Array.isArray(given) || given instanceof Set) return;
  const hint =
    typeof given === 'string'
      ? 'A lone string would be read letter by letter: pass an array, even for one code.'
      : 'Pass an array or a Set of strings.';
  throw new InvalidInputError('INVALID_CODES', argument, `${argument} is ${describe(given)}. ${hint}`);
}
