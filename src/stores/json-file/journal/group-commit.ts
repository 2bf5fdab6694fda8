import type { CodeKey } from '../../../domain/codes.js';
import type { RecordChange } from '../../../core/local-driver.js';
import { ChangeGroup } from './change-group.js';
import { encodeEntry } from './journal-entries.js';
import type { JournalFile } from './journal-file.js';
import { isSameStored, type RecordCodec } from '../records/record-codec.js';
import type { MetadataChange, Records } from '../records/records.js';

/** What a {@link GroupCommit} works on. */
export interface GroupCommitDependencies {
  readonly records: Records;
  readonly codec: RecordCodec;
  readonly journal: JournalFile;
  /** Throws if this process may not write any more. Called before each write. */
  readonly mayWrite: () => void;
  /** Called after each line, when it is durable. */
  readonly onDurable: () => void;
}

/**
 * Makes changes durable, with one sync for many callers: callers that come while a line is being
 * written share the next line.
 *
 * ```text
 * caller 1: in memory, line 1 written, sync ........ done
 * caller 2:              in memory                        line 2 written, sync .... done
 * caller 3:                    in memory                  (the same line) ......... done
 * ```
 *
 * If line 1 fails, callers 2 and 3 fail with caller 1: they decided on what they saw in memory,
 * which is taken back.
 */
export class GroupCommit {
  readonly #dependencies: GroupCommitDependencies;
  #journal: JournalFile;
  /**
   * Groups that wait for their line, in order. More than one only if callers bring more than a line
   * should hold.
   */
  #waiting: ChangeGroup[] = [];
  #writing: ChangeGroup | undefined;
  #pump: Promise<void> | undefined;
  readonly #tasks: (() => Promise<void>)[] = [];
  #failures = 0;

  constructor(dependencies: GroupCommitDependencies) {
    this.#dependencies = dependencies;
    this.#journal = dependencies.journal;
  }

  /** The journal that takes the next line. */
  get journal(): JournalFile {
    return this.#journal;
  }

  /** How often changes were taken back. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Makes changes visible at once. Resolves when they, and all before them, are durable. A change
   * of a lease alone is not written, because no file keeps leases.
   */
  commit(changes: readonly RecordChange[], metadata: readonly MetadataChange[] = []): Promise<void> {
    const { records } = this.#dependencies;
    let group: ChangeGroup | undefined;
    for (const change of changes) {
      if (isSameStored(change.before, change.record)) records.set(change.guildId, change.code, change.record);
      else (group ??= this.#group()).setRecord(records, change);
    }
    for (const [key, value] of metadata) {
      if (records.metadata.get(key) !== value) (group ??= this.#group()).setMetadata(records, key, value);
    }
    this.#run();
    return this.settled();
  }

  /** Resolves when all that is visible is durable. Rejects if it is taken back. */
  settled(): Promise<void> {
    return (this.#waiting.at(-1) ?? this.#writing)?.done ?? this.repaired();
  }

  /**
   * Resolves when nothing of a failed line is in the file. Until then an answer may not rest on
   * what was taken back, even if there is nothing to write:
   *
   * ```text
   * forget A: line written, sync fails, the file cannot be cut, rejected; A is sent again in memory
   * mark A:   nothing to do, resolved
   * restart:  the line is in the file, A is free
   * ```
   */
  repaired(): Promise<void> {
    return this.#journal.isRepaired ? Promise.resolve() : this.repair();
  }

  /** What to wait for before these are read: an answer must not rest on what may be taken back. */
  pending(keys: readonly CodeKey[], metadataKeys: readonly string[] = []): Promise<void> | undefined {
    const touches = (group: ChangeGroup | undefined): boolean => group?.touches(keys, metadataKeys) === true;
    return (this.#waiting.findLast(touches) ?? (touches(this.#writing) ? this.#writing : undefined))?.done;
  }

  /**
   * Switches to another journal from the next line on. Resolves then to the journal before,
   * complete and durable.
   */
  switchTo(to: JournalFile): Promise<JournalFile> {
    return this.#betweenLines(async () => {
      const before = this.#journal;
      // The rest of a failed line at the end of this journal would be damage once the next journal
      // has entries.
      await before.repair();
      to.follow(before);
      this.#journal = to;
      return before;
    });
  }

  /**
   * Repairs the file after a failure. Rejects if that is not possible, or if this process may not
   * write any more.
   */
  repair(): Promise<void> {
    return this.#betweenLines(async () => {
      this.#dependencies.mayWrite();
      await this.#journal.repair();
    });
  }

  /** Runs a task while no line is being written. */
  #betweenLines<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => task().then(resolve, reject));
      this.#run();
    });
  }

  #group(): ChangeGroup {
    const last = this.#waiting.at(-1);
    if (last?.isFull === false) return last;
    const next = new ChangeGroup();
    this.#waiting.push(next);
    return next;
  }

  #run(): void {
    if (this.#pump !== undefined || (this.#waiting.length === 0 && this.#tasks.length === 0)) return;
    // When the promises that are settled by now have run on: all callers of one tick share the
    // first line, and a lone caller waits for nobody.
    const tick = new Promise<void>((resolve) => {
      process.nextTick(resolve);
    });
    this.#pump = tick
      .then(() => this.#work())
      .finally(() => {
        this.#pump = undefined;
        this.#run();
      });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 || this.#tasks.length > 0) {
      await this.#tasks.shift()?.();
      const group = this.#waiting.shift();
      if (group !== undefined) await this.#write(group);
    }
  }

  async #write(group: ChangeGroup): Promise<void> {
    const { codec, mayWrite, onDurable } = this.#dependencies;
    this.#writing = group;
    try {
      mayWrite();
      await this.#journal.append(encodeEntry(group.toEntry(codec)));
      this.#writing = undefined;
      group.settle();
      onDurable();
    } catch (error) {
      const takenBack = this.#takeBack();
      // Repaired at once, so that a change that is reported as not made is not in the file either.
      // If this fails too, the next append tries again and says why.
      await this.#journal.repair().catch(() => undefined);
      for (const each of takenBack) each.settle(error as Error);
    }
  }

  /** Puts the memory back to what it was before the group and all later ones. */
  #takeBack(): ChangeGroup[] {
    this.#failures += 1;
    const groups = [...this.#waiting.toReversed(), this.#writing].filter((group) => group !== undefined);
    this.#waiting = [];
    this.#writing = undefined;
    for (const group of groups) group.undo(this.#dependencies.records);
    return groups;
  }
}
