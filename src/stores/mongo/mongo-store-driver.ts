import type { StoreSupport } from '../../contract/support.js';
import type { Claim } from '../../contract/claims.js';
import type { CodeKey } from '../../domain/codes.js';
import type { CodeRecord } from '../../domain/record.js';
import type {
  ClaimWrite,
  Confirmation,
  Mark,
  Ownership,
  ReleaseOutcome,
  ScannedRecord,
  ScanScope,
  Settlement,
  StoreDriver,
} from '../../core/driver.js';
import type { ResolvedStoreOptions } from '../../core/options.js';
import { checkCollection } from './check-collection.js';
import { claimOperation } from './claim-operation.js';
import { Commands } from './commands.js';
import { type Connection, openConnection } from './connection.js';
import { lookUp } from './look-up.js';
import type { MarkStamp } from './mark-operations.js';
import { makeMarks, type MarkContext } from './mark-records.js';
import { MongoMetadata } from './mongo-metadata.js';
import type { MongoStoreOptions } from './options.js';
import { confirmRecords, releaseRecords, renewRecords } from './owner-steps.js';
import { type RemovalContext, removeGuild, removeKeys } from './removals.js';
import { scanGuilds, scanRecords } from './scan.js';
import { settlementOperations } from './settlement-operations.js';
import { writeInOrder } from './write-in-order.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/**
 * Most tries of a claim that meets another insert of the same id, which is gone when it is read. Of
 * six processes that claim a code and give it back without a stop, one loses five times in a row
 * now and then.
 */
const MAX_TRIES = 10;

/** The driver of a MongoStore: the primitives as commands to a collection. */
export class MongoStoreDriver implements StoreDriver {
  readonly supports: StoreSupport = {
    claims: 'shared',
    times: true,
    sources: true,
    receipts: true,
    metadata: true,
    durable: true,
  };
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
      const identityName = this.#settings.identity.name;
      this.metadata.openedWith(await checkCollection(this.#commands, this.metadata, { storeName, namespace, identityName }));
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
    const found = await lookUp(this.#commands, keys, this.#settings.identity);
    return found.map(({ record }) => record);
  }

  /**
   * Reads only what a majority has. The newest data may contain the very mark that was not
   * confirmed, and that the caller repeats: to count it as made would acknowledge what a failover
   * undoes.
   */
  async readKnown(keys: readonly CodeKey[]): Promise<readonly (CodeRecord | undefined)[]> {
    const found = await lookUp(this.#commands, keys, this.#settings.identity, { majority: true });
    return found.map(({ record }) => record);
  }

  markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return makeMarks(this.#context, marks, this.#stamp());
  }

  mayClaimUnread(): boolean {
    return true;
  }

  async claimRecords(claim: ClaimWrite): Promise<readonly (CodeRecord | undefined)[]> {
    const holds = claim.holds.map((hold) => ({ ...hold, guildId: claim.guildId }));
    for (let tries = 1; ; tries += 1) {
      const { duplicates } = await writeInOrder(this.#commands, holds, (hold) => [claimOperation(claim, hold)]);
      const after = await this.readRecords(holds);
      // A duplicate, but no document: it was removed at this moment, or the duplicate comes from
      // somebody else's index.
      if (duplicates === undefined || after.every((record) => record !== undefined)) return after;
      if (tries === MAX_TRIES) throw duplicates;
    }
  }

  async settleRecords(changes: readonly Settlement[]): Promise<readonly (CodeRecord | undefined)[]> {
    await writeInOrder(this.#commands, changes, settlementOperations);
    return this.readRecords(changes);
  }

  confirmRecords(claim: Claim, marks: readonly Mark[]): Promise<readonly Confirmation[]> {
    return confirmRecords(this.#context, claim, marks, this.#stamp());
  }

  renewRecords(claim: Claim, keys: readonly CodeKey[]): Promise<readonly Ownership[]> {
    return renewRecords(this.#context, claim, keys);
  }

  releaseRecords(claim: Claim, keys: readonly CodeKey[], outcome: ReleaseOutcome): Promise<void> {
    return releaseRecords(this.#context, claim, keys, outcome);
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

  get #context(): MarkContext {
    return { commands: this.#commands, identity: this.#settings.identity };
  }

  #stamp(): MarkStamp {
    const { timestamps = 'date' } = this.#mongoOptions;
    return { markId: this.#settings.randomId(), now: this.#settings.clock.now(), timestamps };
  }
}
