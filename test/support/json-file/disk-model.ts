import fs from 'node:fs';
import path from 'node:path';
import { type FileSystem, nodeFileSystem } from '../../../src/files/file-system.js';

/** A change of a file's content that no sync has made durable yet. */
export type Change = { readonly at: number; readonly bytes: Buffer } | { readonly length: number };

export interface Inode {
  durable: Buffer;
  pending: Change[];
}

/** A change of the names in the folder that no sync has made durable yet: a new name, a removed one, or both. */
export interface NameChange {
  readonly added?: readonly [name: string, inode: Inode];
  readonly removed?: string;
}

/** A disk at one moment: what is durable, and every change that is not. */
export interface DiskState {
  readonly names: ReadonlyMap<string, Inode>;
  readonly nameChanges: readonly NameChange[];
  readonly contents: ReadonlyMap<Inode, { readonly durable: Buffer; readonly pending: readonly Change[] }>;
}

/** A file of which something may not be on the disk yet. */
export interface Unsynced {
  readonly durable: Buffer;
  readonly written: Buffer;
}

/** How much of what was not synced the power failure leaves: of some changes, a beginning. 0 is none, 1 is all. */
export type Keep = (changes: number) => number;

/**
 * A disk that keeps what was synced, and of the rest what a test says. Files and names are synced apart, as POSIX has it: a file that was synced has
 * no name before its folder is synced too.
 */
export class DiskModel {
  readonly files: FileSystem;
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  readonly #open = new Map<number, Inode | 'folder'>();

  /**
   * What is in the folder already is durable.
   *
   * @param beforeCall - called before each call that changes something or syncs: the moments at which the power may fail
   */
  constructor(folder: string, beforeCall: () => void, system: FileSystem = nodeFileSystem) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true }).filter((each) => each.isFile())) {
      this.#names.set(entry.name, { durable: fs.readFileSync(path.join(folder, entry.name)), pending: [] });
    }
    for (const [name, inode] of this.#names) this.#durableNames.set(name, inode);
    const inodeOf = (fd: number): Inode => this.#open.get(fd) as Inode;
    const wrote = (fd: number, source: Uint8Array, offset: number, position: number, count: number): number => {
      inodeOf(fd).pending.push({ at: position, bytes: Buffer.from(source.subarray(offset, offset + count)) });
      return count;
    };
    const synced = (fd: number): void => {
      const target = this.#open.get(fd);
      if (target === 'folder') this.#syncNames();
      else if (target !== undefined) target.durable = apply(target.durable, target.pending.splice(0));
    };
    this.files = {
      ...system,
      open: async (name, flags, mode) => {
        if (flags === 'wx') beforeCall();
        const fd = await system.open(name, flags, mode);
        if (flags === 'wx') this.#create(path.basename(name));
        this.#open.set(fd, name === folder ? 'folder' : this.#names.get(path.basename(name))!);
        return fd;
      },
      write: async (fd, source, offset, length, position) => {
        beforeCall();
        return wrote(fd, source, offset, position, await system.write(fd, source, offset, length, position));
      },
      writeSync: (fd, source, offset, length, position) => {
        beforeCall();
        return wrote(fd, source, offset, position, system.writeSync(fd, source, offset, length, position));
      },
      fdatasync: async (fd) => {
        beforeCall();
        await system.fdatasync(fd);
        synced(fd);
      },
      fsync: async (fd) => {
        beforeCall();
        await system.fsync(fd);
        synced(fd);
      },
      ftruncate: async (fd, length) => {
        beforeCall();
        await system.ftruncate(fd, length);
        inodeOf(fd).pending.push({ length });
      },
      rename: async (from, to) => {
        beforeCall();
        await system.rename(from, to);
        const inode = this.#names.get(path.basename(from));
        if (inode !== undefined) this.#change({ added: [path.basename(to), inode], removed: path.basename(from) });
      },
      unlink: async (name) => {
        beforeCall();
        await system.unlink(name);
        this.#change({ removed: path.basename(name) });
      },
    };
  }

  /** The files as a power failure at this moment leaves them. */
  afterPowerLoss(keepContent: Keep, keepNames: Keep): Map<string, Buffer> {
    const names = new Map(this.#durableNames);
    for (const change of this.#nameChanges.slice(0, Math.round(keepNames(this.#nameChanges.length)))) applyName(names, change);
    return new Map([...names].map(([name, { durable, pending }]) => [name, apply(durable, partOf(pending, keepContent))]));
  }

  /** Everything that a power failure at this moment may leave in other ways. */
  state(): DiskState {
    const inodes = [
      ...this.#durableNames.values(),
      ...this.#nameChanges.flatMap(({ added }) => (added === undefined ? [] : [added[1]])),
    ];
    return {
      names: new Map(this.#durableNames),
      nameChanges: [...this.#nameChanges],
      contents: new Map(inodes.map((inode) => [inode, { durable: inode.durable, pending: [...inode.pending] }])),
    };
  }

  /** The files as they would be if all were synced now, each with what a power failure leaves of it if nothing more is. */
  unsynced(): Map<string, Unsynced> {
    return new Map([...this.#names].map(([name, { durable, pending }]) => [name, { durable, written: apply(durable, pending) }]));
  }

  #create(name: string): void {
    const inode: Inode = { durable: Buffer.alloc(0), pending: [] };
    this.#change({ added: [name, inode] });
  }

  #change(change: NameChange): void {
    applyName(this.#names, change);
    this.#nameChanges.push(change);
  }

  #syncNames(): void {
    for (const change of this.#nameChanges.splice(0)) applyName(this.#durableNames, change);
  }
}

/** The blocks of so many bytes in which a file differs from what is on the disk. */
export function unsyncedBlocks({ durable, written }: Unsynced, blockBytes: number): number[] {
  const first = Math.floor(durable.length / blockBytes);
  return Array.from({ length: Math.ceil(written.length / blockBytes) - first }, (_, index) => first + index);
}

/**
 * A file after a power failure that drops blocks: each of them is what it was before, then zeroes. The file's length is the new one; or, where
 * that was not written, the end of the last block that is left.
 */
export function withoutBlocks({ durable, written }: Unsynced, blockBytes: number, lost: ReadonlySet<number>): Buffer[] {
  const whole = Buffer.from(written);
  for (const block of lost) {
    const end = Math.min((block + 1) * blockBytes, whole.length);
    whole.fill(0, Math.min(Math.max(block * blockBytes, durable.length), end), end);
  }
  const left = unsyncedBlocks({ durable, written }, blockBytes).filter((block) => !lost.has(block));
  const end = Math.max(durable.length, ((left.at(-1) ?? -1) + 1) * blockBytes);
  return end < whole.length ? [whole, whole.subarray(0, end)] : [whole];
}

/** The first changes, the last of them in part: `keep` may say 2.5 of 4. */
function partOf(changes: readonly Change[], keep: Keep): Change[] {
  const kept = keep(changes.length);
  const whole = changes.slice(0, Math.floor(kept));
  const next = changes[whole.length];
  if (next === undefined || !('bytes' in next)) return whole;
  return [...whole, { at: next.at, bytes: next.bytes.subarray(0, Math.floor(next.bytes.length * (kept % 1))) }];
}

function applyName(names: Map<string, Inode>, { added, removed }: NameChange): void {
  if (removed !== undefined) names.delete(removed);
  if (added !== undefined) names.set(...added);
}

function apply(content: Buffer, changes: readonly Change[]): Buffer {
  let result = content;
  for (const change of changes) {
    if ('length' in change) result = Buffer.concat([result.subarray(0, change.length)]);
    else if (change.bytes.length > 0) {
      const grown = Buffer.alloc(Math.max(result.length, change.at + change.bytes.length));
      result.copy(grown);
      change.bytes.copy(grown, change.at);
      result = grown;
    }
  }
  return result;
}
