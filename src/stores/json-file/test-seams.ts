import { type FileSystem, nodeFileSystem } from '../../files/file-system.js';

/** What a test may put in place of the machine's own. */
export interface TestSeams {
  readonly files: FileSystem;
  readonly platform: NodeJS.Platform;
  /**
   * A journal is folded into the snapshot when it has at least this many bytes, and at least a
   * sixteenth of the snapshot's; `most` are enough at any size.
   */
  readonly compactAtBytes: { readonly least: number; readonly most: number };
  /**
   * A store that is closed is folded if its snapshot and its journals have fewer bytes together.
   */
  readonly foldAtCloseBytes: number;
  /** Bytes of a snapshot that are made without a pause. */
  readonly pieceBytes: number;
}

const MEBIBYTE = 1 << 20;

const DEFAULTS: TestSeams = {
  files: nodeFileSystem,
  platform: process.platform,
  compactAtBytes: { least: MEBIBYTE, most: 8 * MEBIBYTE },
  foldAtCloseBytes: MEBIBYTE,
  pieceBytes: MEBIBYTE,
};

const replaced = new WeakMap<object, Partial<TestSeams>>();

/**
 * Options of a store in which a test has put something in place of the machine's own. Not public.
 */
export function withTestSeams<T extends object>(options: T, seams: Partial<TestSeams>): T {
  replaced.set(options, seams);
  return options;
}

/** What a store that is made with these options works on. */
export function testSeamsOf(options: object): TestSeams {
  return { ...DEFAULTS, ...replaced.get(options) };
}
