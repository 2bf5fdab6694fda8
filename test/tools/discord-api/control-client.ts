import type { ChannelSettings } from './channels.js';
import type { FaultPlanInput } from './fault-plan.js';
import type { LedgerEntry } from './ledger.js';
import type { Message } from './message-board.js';

/** The test's side of the control endpoints, for a fake in this process or in another. Each method rejects on an answer that is not 2xx. */
export class DiscordApiControl {
  readonly #url: string;

  constructor(api: { readonly url: string }) {
    this.#url = `${api.url}/control`;
  }

  /** Takes the place of the plan before; `{}` ends all faults. */
  async setFaults(plan: FaultPlanInput): Promise<void> {
    await this.#post('/faults', plan);
  }

  async deleteMessage(channelId: string, messageId: string): Promise<void> {
    await this.#post('/delete-message', { channelId, messageId });
  }

  async deleteChannel(channelId: string): Promise<void> {
    await this.#post('/delete-channel', { channelId });
  }

  /** Says what a channel is, and what the bot may do there. */
  async setChannel(channelId: string, changes: Partial<ChannelSettings>): Promise<void> {
    await this.#post('/channel', { channelId, ...changes });
  }

  /** A message of somebody else, or of another part of the bot, with these fields of a message object. */
  async post(channelId: string, author: string, fields: object, ageMs = 0): Promise<Message> {
    return (await this.#post('/post', { channelId, author, fields, ageMs })).json() as Promise<Message>;
  }

  /** Changes fields of a message object. */
  async editMessage(channelId: string, messageId: string, fields: object): Promise<void> {
    await this.#post('/edit-message', { channelId, messageId, fields });
  }

  /** Whether bots read the content of what they did not send themselves. */
  async setContentIntent(messageContent: boolean): Promise<void> {
    await this.#post('/intents', { messageContent });
  }

  /** Moves the fake's clock, and with it the windows of nonces and rate limits. */
  async advanceClock(advanceMs: number): Promise<void> {
    await this.#post('/clock', { advanceMs });
  }

  async ledger(): Promise<LedgerEntry[]> {
    return (await this.#request('/ledger')).json() as Promise<LedgerEntry[]>;
  }

  /** The first entry after that sequence number that fits; waits for it. */
  async waitFor(fits: (entry: LedgerEntry) => boolean, after = 0): Promise<LedgerEntry> {
    for (let seen = after; ;) {
      const entries = (await (await this.#request(`/ledger?after=${seen}`)).json()) as LedgerEntry[];
      const found = entries.find(fits);
      if (found !== undefined) return found;
      seen += entries.length;
    }
  }

  async #post(path: string, body: unknown): Promise<Response> {
    return this.#request(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async #request(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, init);
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} /control${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
