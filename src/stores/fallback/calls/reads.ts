import type { CodeKey } from '../../../domain/codes.js';
import type { Mark, StorePrimitives } from '../../../core/driver.js';
import type { CallContext } from './call-context.js';
import { demote, isBelieved, mayDecide } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import { allFailed, notAuthoritative } from '../chain/refusals.js';
import { markRecords } from './marks.js';
import { type HoldPair, isForeign, isHeld, updateHolds } from '../chain/hold-copies.js';
import type { Mirror } from '../chain/mirror.js';
import { copyRecords, guildsOf, type MaybeRecord, strongest } from '../chain/record-strength.js';
import { keepIfSame } from '../upkeep/same-first-store.js';

/**
 * Reads records. Only a store that may decide can say "absent"; without one, `NOT_AUTHORITATIVE`.
 */
export async function readRecords(context: CallContext, keys: readonly CodeKey[]): Promise<readonly MaybeRecord[]> {
  const { records, believed } = await readAll(context, keys);
  for (const [index, { guildId }] of keys.entries()) {
    if (records[index] === undefined && !believed(guildId)) throw notAuthoritative(context.chain, guildId);
  }
  return records;
}

/**
 * Reads what is known, for a caller that marks the codes. A code that only a mirror or a witness
 * has as sent is marked here: the caller takes it as acknowledged, and the first store may lack it.
 */
export async function readKnown(context: CallContext, keys: readonly CodeKey[]): Promise<readonly MaybeRecord[]> {
  const { records, degraded } = await readAll(context, keys, (store) => store.readKnown(keys));
  if (!degraded) return records;
  const marks: Mark[] = [];
  for (const [index, { guildId, code }] of keys.entries()) {
    const record = records[index];
    if (record?.state !== 'sent' || context.chain.mirrors.some((mirror) => mirror.pending.hasMark({ guildId, code }))) continue;
    marks.push({ guildId, code, source: record.source, sentAt: record.sentAt, receipt: record.receipt });
  }
  if (marks.length > 0) await markRecords(context, marks);
  return records;
}

interface Answer {
  readonly records: readonly MaybeRecord[];
  /** Whether "absent" can be believed of a guild. */
  readonly believed: (guildId: string) => boolean;
  /** Whether the first store was not asked, or did not answer. */
  readonly degraded: boolean;
}

/** How the first store is asked. */
type Ask = (store: StorePrimitives) => Promise<readonly MaybeRecord[]>;

async function readAll(
  context: CallContext,
  keys: readonly CodeKey[],
  ask: Ask = (store) => store.readRecords(keys),
): Promise<Answer> {
  const { chain, background } = context;
  // Twice: a replaced first store goes down, and comes back with everything.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await background.ready();
    const answer = chain.first.up ? await readFirst(context, keys, ask) : undefined;
    if (answer !== undefined) return answer;
  }
  return readOthers(chain, keys);
}

/** The answer of the first store, combined with what is pending. `undefined` if it went away. */
async function readFirst({ chain, background }: CallContext, keys: readonly CodeKey[], ask: Ask): Promise<Answer | undefined> {
  // Listed before the first store is read. A write that is replayed during the read may be neither
  // in the answer nor in a later list.
  const pending = keys.map((key) => chain.mirrors.filter((mirror) => mirror.pending.has(key)));
  const copying = background.copies.ensure(guildsOf(keys));
  const [own, mirrors] = await Promise.all([
    chain.first.call(ask).catch(() => undefined),
    chain.onMirrors((store) => store.readRecords(keys)),
  ]);
  if (own === undefined) return undefined;
  for (const mirror of chain.mirrors) {
    const copy = mirrors.get(mirror);
    if (!(await checkSame(chain, mirror, own, copy, pending))) {
      await chain.atMost(background.rejoin());
      return undefined;
    }
    if (copy !== undefined) await checkForeign(chain, mirror, keys, own, copy);
  }
  await chain.atMost(copying);
  const unknown = new Set<string>();
  const records = own.map((record, index) => {
    const owners = pending[index] ?? [];
    if (owners.length === 0) return record;
    const known = owners.filter((mirror) => mirrors.has(mirror));
    if (known.length === 0) unknown.add(keys[index]?.guildId ?? '');
    return strongest([record, ...known.map((mirror) => mirrors.get(mirror)?.[index])]);
  });
  const firstBelieved = isBelieved(chain);
  return { records, believed: (guildId) => firstBelieved && !unknown.has(guildId), degraded: false };
}

/** The strongest record that any other member has. */
async function readOthers(chain: Chain, keys: readonly CodeKey[]): Promise<Answer> {
  const [mirrors, witnesses] = await Promise.all([
    chain.onMirrors((store) => store.readRecords(keys)),
    chain.onWitnesses((store) => store.readRecords(keys)),
  ]);
  const answers = [...mirrors.values(), ...witnesses.values()];
  if (answers.length === 0) throw allFailed(chain);
  return {
    records: keys.map((_, index) => strongest(answers.map((answer) => answer[index]))),
    believed: (guildId) => [...mirrors.keys()].some((mirror) => mayDecide(chain, mirror, guildId)),
    degraded: true,
  };
}

/**
 * Whether the first store is still the same. If it lacks a code that a mirror has, it was wiped or
 * replaced, unless it has the secret that the two share: then the code was forgotten elsewhere. A
 * mirror that does not answer may have any code, so then every code that the first store lacks
 * needs the secret.
 */
async function checkSame(
  chain: Chain,
  mirror: Mirror,
  own: readonly MaybeRecord[],
  copy: readonly MaybeRecord[] | undefined,
  pending: readonly (readonly Mirror[])[],
): Promise<boolean> {
  const lost = own.some(
    (record, index) => record === undefined && (copy === undefined || copy[index] !== undefined) && pending[index]?.length === 0,
  );
  return !lost || !mirror.joined || keepIfSame(chain, mirror);
}

/**
 * Notes guilds that another process writes: a mirror has the whole guild, but lacks a record of the
 * first store.
 */
async function checkForeign(
  chain: Chain,
  mirror: Mirror,
  keys: readonly CodeKey[],
  own: readonly MaybeRecord[],
  copy: readonly MaybeRecord[],
): Promise<void> {
  const suspects = keys.filter((key, index) => mirror.coverage.covers(key.guildId) && isForeign(own[index], copy[index]));
  for (const guildId of guildsOf(suspects)) {
    const part = suspects.filter((key) => key.guildId === guildId);
    // Read again while no other call of this process is under way: between the two reads a code may
    // have been forgotten, or marked and read.
    await chain.locks.exclusive([guildId], () => confirmForeign(chain, mirror, guildId, part));
  }
}

async function confirmForeign(chain: Chain, mirror: Mirror, guildId: string, keys: readonly CodeKey[]): Promise<void> {
  try {
    const own = await chain.first.call((store) => store.readRecords(keys));
    const copy = await mirror.call((store) => store.readRecords(keys));
    const strange = keys.flatMap((key, index) => {
      const record = own[index];
      return record !== undefined && isForeign(record, copy[index]) && !chain.isPending(key)
        ? [{ ...key, record, copy: copy[index] }]
        : [];
    });
    if (strange.length === 0) return;
    await noteForeign(chain, mirror, guildId);
    const stale = strange.filter((each): each is HoldPair => isHeld(each.record) && isHeld(each.copy));
    await mirror.call((store) => copyRecords(store, strange, chain.options.leaseMs));
    await mirror.call((store) => updateHolds(store, stale, chain.options.leaseMs));
  } catch {
    // The second read failed. The mirror must not go on as if nothing had been seen.
    await noteForeign(chain, mirror, guildId);
  }
}

/** Remembers that another process writes a guild that a mirror covers. */
export async function noteForeign(chain: Chain, mirror: Mirror, guildId: string): Promise<void> {
  if (!mirror.coverage.covers(guildId) || mirror.coverage.foreignGuilds.has(guildId)) return;
  try {
    await mirror.coverage.setForeign(guildId);
  } catch {
    // Not remembered, so the mirror may not answer for any guild once it is back.
    await demote(chain, mirror).catch(() => undefined);
  }
  chain.tell({ type: 'foreign-writer', store: mirror.name, guildId });
}
