import type { Codes, GuildCodes, GuildId, MarkOptions } from '../contract/types.js';
import { checkBatch, checkCodes, type GuildKeys } from '../domain/codes.js';
import { checkGuildId } from '../domain/guild-id.js';
import { checkMarkOptions } from './arguments.js';
import type { MarkValues } from './batches.js';
import { linkWarning } from './link-warning.js';
import type { ResolvedStoreOptions } from './options.js';

/** What callers hand over, checked for one store: with its identity, its clock and its log. */
export class CallInput {
  readonly #options: ResolvedStoreOptions;
  readonly #warnOfLink: ReturnType<typeof linkWarning>;

  constructor(options: ResolvedStoreOptions) {
    this.#options = options;
    this.#warnOfLink = linkWarning(options);
  }

  /** The codes of one guild. */
  keys(guildId: GuildId, codes: Codes): GuildKeys {
    const guild = checkGuildId(guildId);
    const keys = checkCodes(guild, codes, this.#options.identity);
    this.#warnOfLink(keys);
    return { guildId: guild, keys };
  }

  /** The codes of many guilds. */
  batch(batch: readonly GuildCodes[]): GuildKeys[] {
    const checked = checkBatch(batch, this.#options.identity);
    for (const { keys } of checked) this.#warnOfLink(keys);
    return checked;
  }

  /** What is kept with a mark. */
  markValues(options: MarkOptions | undefined): MarkValues {
    const { source = 'auto', sentAt, receipt } = checkMarkOptions(options);
    const time = sentAt === undefined ? this.#options.clock.now() : sentAt.getTime();
    return { source, sentAt: time, ...(receipt !== undefined && { receipt }) };
  }
}
