import { type Collection, type Document, MongoClient } from 'mongodb';

type Codes = Collection<Document & { _id: string }>;

/** A database as its operator has it: emptied, copied, and restored. */
export class Database {
  readonly name: string;
  readonly #client: MongoClient;

  constructor(uri: string, name: string) {
    this.#client = new MongoClient(uri);
    this.name = name;
  }

  get #codes(): Codes {
    return this.#client.db(this.name).collection('sent_giftcodes');
  }

  async copy(): Promise<Document[]> {
    return this.#codes.find().toArray();
  }

  /** Puts these documents in the place of all that is there. */
  async restore(documents: readonly Document[]): Promise<void> {
    await this.#codes.deleteMany({});
    if (documents.length > 0) await this.#codes.insertMany(documents as (Document & { _id: string })[]);
  }

  /** Drops the database, and ends. */
  async drop(): Promise<void> {
    await this.#client.db(this.name).dropDatabase();
    await this.#client.close();
  }
}
