import { readFile, writeFile } from 'node:fs/promises';
import { type Collection, MongoClient } from 'mongodb';

/**
 * What the old bot did, as a control: it takes an error for "not sent", looks at its file only when the database has nothing, and writes the file only when the
 * database fails. Do not learn from it.
 */
export class OldBot {
  readonly #client: MongoClient;
  readonly #database: string;
  readonly #path: string;

  constructor(uri: string, database: string, path: string) {
    this.#client = new MongoClient(uri, { serverSelectionTimeoutMS: 200 });
    this.#database = database;
    this.#path = path;
  }

  async filterUnsent(guildId: string, codes: readonly string[]): Promise<string[]> {
    let sent: Set<string>;
    try {
      const found = await this.#codes().find({ guild_id: guildId }).toArray();
      sent = new Set(found.map(({ code }) => code));
      if (sent.size === 0) sent = new Set((await this.#file())[guildId] ?? []);
    } catch {
      return [...codes];
    }
    return codes.filter((code) => !sent.has(code));
  }

  async markSent(guildId: string, codes: readonly string[]): Promise<void> {
    try {
      for (const code of codes) {
        await this.#codes().updateOne({ _id: `${guildId}:${code}` }, { $set: { guild_id: guildId, code } }, { upsert: true });
      }
    } catch {
      const state = await this.#file();
      await writeFile(this.#path, JSON.stringify({ ...state, [guildId]: [...(state[guildId] ?? []), ...codes] }));
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #codes(): Collection<{ _id: string; guild_id: string; code: string }> {
    return this.#client.db(this.#database).collection('old');
  }

  async #file(): Promise<Record<string, string[]>> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Record<string, string[]>;
    } catch {
      return {};
    }
  }
}
