import type { OnDamage } from './format/damage.js';
import { type FirstLine, type Header, isHeader, parseFirstLine, VERSION } from './format/header.js';
import type { Line } from './format/lines.js';
import { isIntact } from './format/sealed-line.js';
import { laterVersion } from './format/store-errors.js';

/**
 * The header that the first line of a file is. `STORE_VERSION` if a later version of this package wrote it: that is said before the seal is
 * looked at, which a later version may write in another way. `undefined` if it is damaged and the reader goes on all the same.
 */
export function readHeader(line: Line, path: string, format: string, onDamage: OnDamage): Header | undefined {
  const first = firstLineOf(line);
  if (first?.format !== format) {
    onDamage(path, line.number, `is not the first line of a file of the format "${format}"`);
    return undefined;
  }
  if (typeof first.version === 'number' && first.version > VERSION) throw laterVersion(path, first.version);
  if (isIntact(line) && first.version === VERSION && isHeader(first)) return first;
  onDamage(path, line.number, 'does not match its checksum');
  return undefined;
}

/** What the first line of a file says, if it says anything. */
export function firstLineOf({ bytes, start, end }: Line): FirstLine | undefined {
  return parseFirstLine(bytes.toString('utf8', start, Math.min(end, start + 4096)));
}
