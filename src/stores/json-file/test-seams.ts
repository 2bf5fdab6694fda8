import { type FileSystem, nodeFileSystem } from '../../files/file-system.js';

/** The parts of the machine that a test may replace. */
export interface TestSeams {
  readonly files: FileSystem;
  readonly platform: NodeJS.Platform;
  /**
   * A journal is folded into the snapshot when it has at least `least` bytes and a sixteenth of the
   * snapshot's; `most` bytes are always enough.
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

/** Options of a store for which a test has replaced parts of the machine. Not public. */
export function withTestSeams<T extends object>(options: T, seams: Partial<TestSeams>): T {
  replaced.set(options, seams);
  return options;
}

/** The parts of the machine that a store with these options works on. */
export function testSeamsOf(options: object): TestSeams {
  return { ...DEFAULTS, ...replaced.get(options) };
}
