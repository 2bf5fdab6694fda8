import { type FileSystem, nodeFileSystem } from '../../files/file-system.js';

/** What a test may put in place of the machine's own. */
export interface Internals {
  readonly files: FileSystem;
  readonly platform: NodeJS.Platform;
  /** A journal is folded into the snapshot when it has at least this many bytes, and at least a sixteenth of the snapshot's; `most` are enough at any size. */
  readonly compactAtBytes: { readonly least: number; readonly most: number };
  /** Bytes of a snapshot that are made without a pause. */
  readonly pieceBytes: number;
}

const MEBIBYTE = 1 << 20;

const DEFAULTS: Internals = {
  files: nodeFileSystem,
  platform: process.platform,
  compactAtBytes: { least: MEBIBYTE, most: 8 * MEBIBYTE },
  pieceBytes: MEBIBYTE,
};

const replaced = new WeakMap<object, Partial<Internals>>();

/** Options whose store uses other internals. Not public. */
export function withInternals<T extends object>(options: T, internals: Partial<Internals>): T {
  replaced.set(options, internals);
  return options;
}

/** The internals of a store that is made with these options. */
export function internalsOf(options: object): Internals {
  return { ...DEFAULTS, ...replaced.get(options) };
}
