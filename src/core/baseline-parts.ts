import type { StoreMetadata } from './driver.js';

/**
 * The most characters of codes in one value: a document of MongoDB has 16 MB at most, and a
 * character up to six bytes in it.
 */
const MAX_CHARACTERS = 100_000;

/** Cuts codes into parts that fit in one value each. */
export function* partsOf(codes: readonly string[], maxCharacters = MAX_CHARACTERS): Generator<string[]> {
  let part: string[] = [];
  let size = 0;
  for (const code of codes) {
    if (part.length > 0 && size + code.length > maxCharacters) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(code);
    size += code.length + 3;
  }
  yield part;
}

/**
 * The parts of one baseline: of a guild, and of the call that wrote them, so that two calls never
 * share one.
 */
export interface PartsName {
  readonly guildId: string;
  readonly by: string;
}

/** Writes parts, one value at a time. */
export async function writeParts(metadata: StoreMetadata, name: PartsName, parts: readonly (readonly string[])[]): Promise<void> {
  for (const [index, part] of parts.entries()) await metadata.set(new Map([[partKey(name, index), JSON.stringify(part)]]));
}

/** The text of a part; `undefined` if it is gone, because the baseline is done. */
export async function readPart(metadata: StoreMetadata, name: PartsName, index: number): Promise<string | undefined> {
  return (await metadata.get([partKey(name, index)])).get(partKey(name, index));
}

/** Removes parts, one value at a time. */
export async function removeParts(metadata: StoreMetadata, name: PartsName, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await metadata.delete([partKey(name, index)]);
}

function partKey({ guildId, by }: PartsName, index: number): string {
  return `baseline-part:${guildId}:${by}:${index}`;
}
