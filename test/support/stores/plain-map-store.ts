import {
  type CodeState,
  type Codes,
  giftCodeIdentity,
  type GuildCodes,
  type GuildId,
  type GuildMarkResult,
  type GuildStates,
  type MarkSentResult,
  normalizeCode,
  SentCodeStoreError,
  type SentCode,
  type SentCodeStore,
} from 'sent-code-store/store';

const unsupported = (): Promise<never> =>
  Promise.reject(new SentCodeStoreError('CLAIMS_UNSUPPORTED', 'A map of marks has no claims.'));

/** A store that somebody wrote without this package's base: marks in a map, and no claims. */
export class PlainMapStore implements SentCodeStore {
  readonly name = 'PlainMapStore';
  readonly identity = giftCodeIdentity;
  readonly supports = { claims: false, times: true, sources: true, receipts: false, metadata: false, durable: false } as const;
  readonly marks = new Map<string, SentCode>();
  /** While it is true, every call fails. */
  down = false;
  closed = false;

  async filterUnsent(guildId: GuildId, codes: Codes): Promise<string[]> {
    return [...codes].filter((code) => this.#find(guildId, code) === undefined);
  }

  async filterUnsentMany(batch: readonly GuildCodes[]): Promise<GuildCodes<string[]>[]> {
    return Promise.all(batch.map(async ({ guildId, codes }) => ({ guildId, codes: await this.filterUnsent(guildId, codes) })));
  }

  async markSent(guildId: GuildId, codes: Codes, options: { source?: string; sentAt?: Date } = {}): Promise<MarkSentResult> {
    const marked = await this.filterUnsent(guildId, codes);
    for (const spelling of marked) {
      const code = normalizeCode(spelling);
      const { source = 'auto', sentAt = new Date(0) } = options;
      this.marks.set(`${guildId}:${code}`, { guildId: String(guildId), code, source, sentAt, receipt: null });
    }
    return { marked, alreadySent: [...codes].filter((code) => !marked.includes(code)) };
  }

  async markSentMany(batch: readonly GuildCodes[], options?: { source?: string; sentAt?: Date }): Promise<GuildMarkResult[]> {
    this.#reach();
    return Promise.all(
      batch.map(async ({ guildId, codes }) => ({ guildId: String(guildId), ...(await this.markSent(guildId, codes, options)) })),
    );
  }

  async states(guildId: GuildId, codes: Codes): Promise<Map<string, CodeState>> {
    this.#reach();
    return new Map([...codes].map((code) => [code, this.#find(guildId, code) === undefined ? 'absent' : 'sent']));
  }

  async statesMany(batch: readonly GuildCodes[]): Promise<GuildStates[]> {
    return Promise.all(
      batch.map(async ({ guildId, codes }) => ({ guildId: String(guildId), states: await this.states(guildId, codes) })),
    );
  }

  async isSent(guildId: GuildId, code: string): Promise<boolean> {
    return this.#find(guildId, code) !== undefined;
  }

  async getSent(guildId: GuildId, codes: Codes): Promise<Map<string, SentCode>> {
    return new Map([...codes].flatMap((code) => [this.#find(guildId, code)].flatMap((mark) => (mark ? [[code, mark]] : []))));
  }

  async *listSent(guildId: GuildId): AsyncGenerator<SentCode> {
    yield* [...this.marks.values()].filter((mark) => mark.guildId === String(guildId));
  }

  async *listGuilds(): AsyncGenerator<string> {
    yield* new Set([...this.marks.values()].map(({ guildId }) => guildId));
  }

  async stats(): Promise<never> {
    return unsupported();
  }

  async forget(guildId: GuildId, codes: Codes): Promise<number> {
    this.#reach();
    return [...codes].filter((code) => this.marks.delete(`${guildId}:${normalizeCode(code)}`)).length;
  }

  async clearGuild(guildId: GuildId): Promise<number> {
    this.#reach();
    return [...this.marks].filter(([key, mark]) => mark.guildId === String(guildId) && this.marks.delete(key)).length;
  }

  async ping(): Promise<void> {
    this.#reach();
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  claim = unsupported;
  confirm = unsupported;
  renew = unsupported;
  restart = unsupported;
  release = unsupported;
  takeUncertain = unsupported;
  resolveUncertain = unsupported;
  baseline = unsupported;

  async *listUncertain(): AsyncGenerator<never> {
    // Nothing is ever uncertain here.
  }

  #find(guildId: GuildId, code: string): SentCode | undefined {
    return this.marks.get(`${guildId}:${normalizeCode(code)}`);
  }

  #reach(): void {
    if (this.down) throw new SentCodeStoreError('STORE_UNAVAILABLE', 'The map is away.', { retryable: true });
  }
}
