import type { Identity } from '../../contract/identity.js';
import type { CodeKey } from '../../domain/codes.js';
import { foundCode } from '../../domain/identity.js';
import type { LegacyLists } from './state-change.js';
import { GLOBAL, itemsOf, type LegacyState, parseLegacyState, readEntry, stringOf } from './state.js';

/** The sent codes of a state, by identity. */
export class SentIndex {
  readonly #state: LegacyState;
  readonly #byGuild = new Map<string, Set<string>>();

  /** `LEGACY_STATE_INVALID` if the state cannot be read without guessing. */
  constructor(state: unknown, identity: Identity) {
    this.#state = parseLegacyState(state);
    for (const { guildId, code } of entriesOf(this.#state, identity)) {
      const codes = this.#byGuild.get(guildId);
      if (codes === undefined) this.#byGuild.set(guildId, new Set([code]));
      else codes.add(code);
    }
  }

  /** The codes that count as sent to every guild. */
  get global(): ReadonlySet<string> {
    return this.#byGuild.get(GLOBAL) ?? NOTHING;
  }

  /** Whether the guild has the code as its own, not only under `global`. */
  isOwn({ guildId, code }: CodeKey): boolean {
    return this.#byGuild.get(guildId)?.has(code) ?? false;
  }

  /** Whether a code counts as sent to the guild. */
  isSent(key: CodeKey): boolean {
    return this.isOwn(key) || this.global.has(key.code);
  }

  /** All codes that count as sent to the guild, each once. */
  codesOf(guildId: string): ReadonlySet<string> {
    return new Set([...(this.#byGuild.get(guildId) ?? []), ...this.global]);
  }

  /** Number of guilds' own codes that pass a test. */
  count(test: (key: CodeKey) => boolean): number {
    let count = 0;
    for (const [guildId, codes] of this.#byGuild) for (const code of codes) if (test({ guildId, code })) count += 1;
    return count;
  }

  /**
   * The guilds to which a code counts as sent: those with codes of their own; if there are global
   * codes, also those with a list or a channel.
   */
  guilds(): Set<string> {
    const guilds = new Set(this.#byGuild.keys());
    guilds.delete(GLOBAL);
    if (this.global.size > 0) for (const guildId of [...this.#state.sent.keys(), ...this.#state.channels]) guilds.add(guildId);
    guilds.delete(GLOBAL);
    return guilds;
  }
}

/** The strings of a state whose codes pass a test, as written, by list. */
export function spellingsOf(state: unknown, identity: Identity, test: (key: CodeKey) => boolean): LegacyLists {
  const lists = new Map<string, string[]>();
  for (const entry of entriesOf(parseLegacyState(state), identity)) {
    if (!test(entry)) continue;
    const texts = lists.get(entry.list);
    if (texts === undefined) lists.set(entry.list, [entry.text]);
    else texts.push(entry.text);
  }
  return lists;
}

const NOTHING: ReadonlySet<string> = new Set();

interface IndexEntry extends CodeKey {
  readonly list: string;
  readonly text: string;
}

function* entriesOf(state: LegacyState, identity: Identity): Generator<IndexEntry> {
  for (const item of itemsOf(state)) {
    const text = stringOf(item);
    const entry = readEntry(item.list, text);
    const code = foundCode(entry.code, identity);
    if (code !== undefined) yield { list: item.list, text, guildId: entry.guildId, code };
  }
}
