import type { StoreSupport } from '../../contract/support.js';
import { type CodeKey, keyOf } from '../../domain/codes.js';
import type { CodeRecord } from '../../domain/record.js';
import type { ClaimWrite, Mark, ScannedRecord, ScanScope, Settlement, StoreDriver } from '../../core/driver.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import { checkCollection } from './check-collection.js';
import { claimOperation } from './claim-operation.js';
import { Commands, type WriteOutcome } from './commands.js';
import { type Connection, openConnection } from './connection.js';
import type { WriteOperation } from './driver.js';
import { type Found, lookUp } from './look-up.js';
import { MongoMetadata } from './mongo-metadata.js';
import type { MongoStoreOptions } from './options.js';
import { type RemovalContext, removeGuild, removeKeys } from './removals.js';
import { scanGuilds, scanRecords } from './scan.js';
import { settlementOperations } from './settlement-operations.js';
import { markOperation, type MarkStamp } from './mark-operations.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/** How often a mark is tried that meets an insert of the same id. */
const MAX_TRIES = 5;

/** The primitives as commands to a MongoDB collection. */
export class MongoStoreDriver implements StoreDriver {
  readonly supports: StoreSupport = { claims: 'shared', times: true, sources: true, metadata: true, durable: true };
  readonly metadata = new MongoMetadata(() => this.#commands);
  readonly #settings: ResolvedStoreOptions;
  readonly #mongoOptions: MongoStoreOptions;
  #connection: Connection | undefined;
  #openCommands: Commands | undefined;

  constructor(settings: ResolvedStoreOptions, mongoOptions: MongoStoreOptions) {
    this.#settings = settings;
    this.#mongoOptions = mongoOptions;
  }

  async open(): Promise<void> {
    const { name: storeName, logger, clock } = this.#settings;
    const { operationTimeoutMs = DEFAULT_TIMEOUT_MS } = this.#mongoOptions;
    const limits = { storeName, operationTimeoutMs, logger, clock };
    const connection = await openConnection(this.#mongoOptions, limits);
    const { redact, advice } = connection;
    this.#connection = connection;
    this.#openCommands = new Commands(connection.collection, {
      storeName,
      operationTimeoutMs,
      redact,
      ...(advice && { advice }),
    });
    const { namespace } = connection.collection;
    try {
      await checkCollection(this.#commands, this.metadata, { storeName, namespace, identityName: this.#settings.identity.name });
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async pingStore(): Promise<void> {
    await this.#commands.find({ filter: { _id: ':' }, projection: { _id: 1 }, atMost: 1 });
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  async readRecords(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    return (await this.#lookUp(keys)).map(({ record }) => record);
  }

  /**
   * Only what a majority has is as good as a mark of the caller's own. The newest may be the very
   * mark that was not confirmed, and that the caller repeats: to take it for made would acknowledge
   * what a failover undoes.
   */
  async readKnown(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    const found = await lookUp(this.#commands, keys, this.#settings.identity, { majority: true });
    return found.map(({ record }) => record);
  }

  async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const { timestamps = 'date' } = this.#mongoOptions;
    const stamp: MarkStamp = { markId: this.#settings.randomId(), now: this.#settings.clock.now(), timestamps };
    const made = marks.map(() => false);
    let open = marks.map((mark, index) => ({ ...mark, index }));
    for (let tries = 1; ; tries += 1) {
      const { duplicates } = await this.#write(open, (mark) => [markOperation(mark, stamp)]);
      // What the server counts is no evidence: a command that was sent twice counts twice, and
      // meets its own first time as a duplicate.
      const found = await this.#lookUp(open);
      for (const [position, { index }] of open.entries()) made[index] = found[position]?.markId === stamp.markId;
      open = open.filter((_, position) => found[position]?.record?.state !== 'sent');
      // Without duplicates all marks were made, and what is not sent has been forgotten since.
      if (open.length === 0 || duplicates === undefined) return made;
      if (tries === MAX_TRIES) throw duplicates;
    }
  }

  async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    const holds = claim.holds.map((hold) => ({ ...hold, guildId: claim.guildId }));
    for (let tries = 1; ; tries += 1) {
      const { duplicates } = await this.#write(holds, (hold) => [claimOperation(claim, hold)]);
      const after = await this.readRecords(holds);
      // A duplicate of what is not there was let go in this moment, or is one of an index of
      // somebody else's.
      if (duplicates === undefined || after.every((record) => record !== undefined)) return after;
      if (tries === MAX_TRIES) throw duplicates;
    }
  }

  async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    await this.#write(changes, settlementOperations);
    return this.readRecords(changes);
  }

  scanRecords(scope: ScanScope): AsyncIterable<ScannedRecord> {
    const { identity, logger } = this.#settings;
    return scanRecords({ commands: this.#commands, identity, logger, storeName: this.#settings.name }, scope);
  }

  scanGuilds(): AsyncIterable<string> {
    return scanGuilds(this.#commands);
  }

  removeRecords(keys: readonly CodeKey[]): Promise<number> {
    return removeKeys(this.#removals, keys);
  }

  removeGuild(guildId: string): Promise<number> {
    return removeGuild(this.#removals, guildId);
  }

  get #commands(): Commands {
    if (this.#openCommands === undefined) throw new Error(`${this.#settings.name} is used before it is open`);
    return this.#openCommands;
  }

  get #removals(): RemovalContext {
    const { identity, name } = this.#settings;
    return { commands: this.#commands, identity, storeName: name };
  }

  #lookUp(keys: readonly CodeKey[]): Promise<Found[]> {
    return lookUp(this.#commands, keys, this.#settings.identity);
  }

  /**
   * In the order of keys: a server that runs a bulk as one transaction would find two of them
   * waiting for each other otherwise.
   */
  async #write<K extends CodeKey>(
    keys: readonly K[],
    toOperations: (key: K) => readonly WriteOperation[],
  ): Promise<Pick<WriteOutcome, 'duplicates'>> {
    if (keys.length === 0) return {};
    const sorted = keys.map((key) => ({ key, id: keyOf(key.guildId, key.code) })).sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#commands.write(
      sorted.flatMap(({ key }) => toOperations(key)),
      { repeatable: true },
    );
  }
}
