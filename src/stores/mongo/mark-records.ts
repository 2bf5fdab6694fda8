import type { Identity } from '../../contract/identity.js';
import type { Mark } from '../../core/driver.js';
import type { Commands } from './commands.js';
import { lookUp } from './look-up.js';
import { insertOperation, markOperation, type MarkStamp } from './mark-operations.js';
import { writeInOrder } from './write-in-order.js';

/** How often a mark is tried that meets an insert of the same id. */
const MAX_TRIES = 5;

/** What marks are made with. */
export interface MarkContext {
  readonly commands: Commands;
  readonly identity: Identity;
}

/**
 * Marks codes. Resolves to whether the call with this stamp made each mark.
 *
 * An insert that was answered without an error made its mark, and an update that found a code that
 * is not sent made its own. If all of them did there is nothing to ask. An upsert that the server
 * made an insert says nothing: of two at the same instant some servers count both. So does a
 * duplicate, which may be this call's own first try, whose answer was lost:
 *
 * ```text
 * process 1: insert A: done   connection broke   insert A once more: duplicate     (reads it: mine)
 * ```
 *
 * Then who won is what a read finds, by the stamp.
 *
 * A code that an older bot puts into its guild's list between the caller's look-up and the write
 * is in both, and counts as marked here. It is one code in every figure.
 */
export async function makeMarks(
  { commands, identity }: MarkContext,
  marks: readonly Mark[],
  stamp: MarkStamp,
): Promise<boolean[]> {
  const made = marks.map(() => false);
  let open = marks.map((mark, index) => ({ ...mark, index }));
  for (let tries = 1; ; tries += 1) {
    const isInsert = ({ isNew = false }: Mark): boolean => isNew && tries === 1;
    const { matched, duplicates } = await writeInOrder(commands, open, (mark) => [
      isInsert(mark) ? insertOperation(mark, stamp) : markOperation(mark, stamp),
    ]);
    if (duplicates === undefined && matched === open.filter((mark) => !isInsert(mark)).length) {
      for (const { index } of open) made[index] = true;
      return made;
    }
    const found = await lookUp(commands, open, identity);
    for (const [position, { index }] of open.entries()) made[index] = found[position]?.markId === stamp.markId;
    open = open.filter((_, position) => found[position]?.record?.state !== 'sent');
    // Without duplicates all marks were made, and what is not sent has been forgotten since.
    if (open.length === 0 || duplicates === undefined) return made;
    if (tries === MAX_TRIES) throw duplicates;
  }
}
