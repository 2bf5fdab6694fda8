import { InvalidInputError } from '../contract/errors.js';
import type { Identity } from '../contract/identity.js';
import type { GuildId } from '../contract/types.js';
import { describe } from '../domain/describe.js';
import { checkGuildId } from '../domain/guild-id.js';
import { GLOBAL, itemsOf, parseLegacyState, readEntry } from '../stores/legacy/state.js';
import { checkFoundCode } from './found-code.js';
import type { RefusedCode } from './report.js';
import type { OpenSource, SourceEntry } from './source-entry.js';

/**
 * For which guilds the codes under `global` count: every guild that the state names, none, or those
 * that a function chooses. The function is given the guilds of the state, and may add others.
 */
export type GlobalCodes =
  | 'every-guild'
  | 'skip'
  | ((guilds: readonly string[]) => readonly GuildId[] | Promise<readonly GuildId[]>);

/**
 * Reads a legacy state: one entry for each guild that the state names anywhere.
 * `LEGACY_STATE_INVALID` if the state has another shape.
 */
export async function readLegacyState(
  state: unknown,
  { globalCodes, identity }: { readonly globalCodes: GlobalCodes; readonly identity: Identity },
): Promise<OpenSource> {
  const parsed = parseLegacyState(state);
  const codes = new Map<string, unknown[]>();
  for (const guildId of [...parsed.sent.keys(), ...parsed.channels]) codes.set(guildId, []);
  for (const { list, value } of itemsOf(parsed)) {
    const { guildId, code } = typeof value === 'string' ? readEntry(list, value) : { guildId: list, code: value };
    const own = codes.get(guildId);
    if (own === undefined) codes.set(guildId, [code]);
    else own.push(code);
  }
  const global = distinctCodes(codes.get(GLOBAL) ?? [], identity);
  codes.delete(GLOBAL);
  const receivers = new Set(await receiversOf(globalCodes, [...codes.keys()].filter(isUsable)));
  for (const guildId of receivers) if (!codes.has(guildId)) codes.set(guildId, []);
  return {
    entries: entriesOf(codes, (guildId) => (receivers.has(guildId) ? global.codes : [])),
    globalCodes: {
      found: global.found,
      codes: global.codes.length,
      repeats: global.found - global.codes.length - global.refused.length,
      refused: global.refused,
      guilds: global.codes.length === 0 ? 0 : receivers.size,
    },
  };
}

function* entriesOf(
  codes: ReadonlyMap<string, readonly unknown[]>,
  globalFor: (guildId: string) => readonly string[],
): Generator<SourceEntry> {
  for (const [guildId, own] of codes) {
    yield { guildId, codes: [...own, ...globalFor(guildId)].map((code) => ({ code, sentAt: null })) };
  }
}

function distinctCodes(
  found: readonly unknown[],
  identity: Identity,
): { found: number; codes: string[]; refused: RefusedCode[] } {
  const codes = new Set<string>();
  const refused: RefusedCode[] = [];
  for (const value of found) {
    const checked = checkFoundCode(value, identity);
    if (typeof checked === 'string') codes.add(checked);
    else refused.push(checked);
  }
  return { found: found.length, codes: [...codes], refused };
}

async function receiversOf(globalCodes: GlobalCodes, guilds: readonly string[]): Promise<readonly string[]> {
  if (globalCodes === 'skip') return [];
  if (globalCodes === 'every-guild') return guilds;
  const chosen: unknown = await globalCodes(guilds);
  if (!Array.isArray(chosen)) {
    throw new InvalidInputError(
      'INVALID_OPTION',
      'globalCodes',
      `migrateLegacyState: globalCodes() resolved to ${describe(chosen)}. Return an array of guild ids.`,
    );
  }
  return chosen.map((guildId: GuildId, index) => checkGuildId(guildId, `globalCodes()[${index}]`));
}

/** Whether a store can have the guild. If not, no code is ever sent to it. */
function isUsable(guildId: string): boolean {
  try {
    checkGuildId(guildId);
    return true;
  } catch {
    return false;
  }
}
