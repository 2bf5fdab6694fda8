import type { Change, DiskState, Inode, NameChange } from '../../support/json-file/disk-model.js';

/** The files that a power failure leaves, by name. */
export type Image = ReadonlyMap<string, Buffer>;

/** Chooses one of so many ways: a counter that goes through all of them, or chance. */
export type Choose = (ways: number) => number;

/** A disk writes a sector as a whole or not at all. */
const SECTOR = 512;

/**
 * What a power failure leaves if the disk, and the file system, order nothing by themselves: of each
 * name the old or the new meaning, of a rename also both names; of each write any of its sectors.
 * Where the end of a file is lost, the file has its old length or holds zeroes.
 */
export function imageOf({ names, nameChanges, contents }: DiskState, choose: Choose): Image {
  const left = new Map(names);
  for (const change of nameChanges) leaveName(left, change, choose);
  const bytes = new Map<Inode, Buffer>();
  const contentOf = (inode: Inode): Buffer => {
    const { durable, pending } = contents.get(inode)!;
    const content = bytes.get(inode) ?? leaveContent(durable, pending, choose);
    bytes.set(inode, content);
    return content;
  };
  return new Map([...left].map(([name, inode]) => [name, contentOf(inode)]));
}

/** Calls with each possible image. Throws if there are more than `most`: then they are no longer all of them. */
export function* allImages(state: DiskState, most: number): Generator<Image> {
  let digits: { value: number; ways: number }[] = [];
  for (let images = 1; ; images += 1) {
    if (images > most) throw new Error(`more than ${most} images: choose a smaller workload`);
    let place = 0;
    yield imageOf(state, (ways) => {
      const digit = (digits[place] ??= { value: 0, ways });
      place += 1;
      return digit.value;
    });
    // The next number, whose digits have bases of their own: how many digits follow depends on those before.
    digits = digits.slice(0, place);
    while (digits.length > 0 && digits.at(-1)!.value === digits.at(-1)!.ways - 1) digits.pop();
    if (digits.length === 0) return;
    digits.at(-1)!.value += 1;
  }
}

function leaveName(names: Map<string, Inode>, { added, removed }: NameChange, choose: Choose): void {
  // A rename adds the new name before it removes the old one, so the file is never without a name.
  const steps = choose(added !== undefined && removed !== undefined ? 3 : 2);
  if (steps > 0 && added !== undefined) names.set(...added);
  if (removed !== undefined && steps > (added === undefined ? 0 : 1)) names.delete(removed);
}

function leaveContent(durable: Buffer, pending: readonly Change[], choose: Choose): Buffer {
  let content = durable;
  let longest = content.length;
  for (const change of pending) {
    if ('length' in change) {
      if (choose(2) === 1) content = content.subarray(0, change.length);
      continue;
    }
    for (const { at, bytes } of sectorsOf(change)) {
      longest = Math.max(longest, at + bytes.length);
      if (choose(2) === 1) content = withBytes(content, at, bytes);
    }
  }
  return content.length < longest && choose(2) === 1 ? withBytes(content, longest, Buffer.alloc(0)) : content;
}

function sectorsOf({ at, bytes }: { readonly at: number; readonly bytes: Buffer }): { at: number; bytes: Buffer }[] {
  const parts: { at: number; bytes: Buffer }[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(bytes.length, (Math.floor((at + start) / SECTOR) + 1) * SECTOR - at);
    parts.push({ at: at + start, bytes: bytes.subarray(start, end) });
    start = end;
  }
  return parts;
}

function withBytes(content: Buffer, at: number, bytes: Buffer): Buffer {
  const grown = Buffer.alloc(Math.max(content.length, at + bytes.length));
  content.copy(grown);
  bytes.copy(grown, at);
  return grown;
}
