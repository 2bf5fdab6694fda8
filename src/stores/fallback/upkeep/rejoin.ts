import type { ScannedRecord } from '../../../core/driver.js';
import { IDENTITY_KEY } from '../../../core/identity-name.js';
import { demote, noteDemotion } from '../chain/authority.js';
import type { Chain } from '../chain/chain.js';
import type { Mirror } from '../chain/mirror.js';
import { copyRecords } from '../chain/record-strength.js';
import { MISSED, OWN_KEYS, revokedKey } from '../keys.js';
import { presenceIsDue, showPresence } from './presence.js';
import { replay } from './replay.js';
import { leaveSign, secretIsOld, sharedSecret, tie } from './same-first-store.js';

/**
 * Brings back members that are down and due. The first store is up only after it was compared with
 * every mirror that was ever read, and has everything that they remember. A crash at any step
 * leaves the rest still to be done: entries are removed, and the secret is written, last.
 */
export async function rejoin(chain: Chain): Promise<void> {
  const { first } = chain;
  let reached = first.up;
  const opening = chain.mirrors.filter((mirror) => mirror.due && mirror.damaged === undefined).map((mirror) => mirror.open());
  const waking = chain.witnesses
    .filter((witness) => witness.due)
    .map(async (witness) => {
      await witness.probe((store) => store.pingStore());
      witness.rise();
    });
  if (first.due) waking.push(first.probe((store) => store.pingStore()).then(() => void (reached = true)));
  // Each failure was told when its member went down. A mirror that takes longer to open than a call
  // may take joins later.
  await Promise.all([Promise.allSettled(waking), chain.atMost(Promise.allSettled(opening))]);
  if (!reached || stopped(chain)) return;
  try {
    for (const mirror of chain.mirrors) {
      if (mirror.damaged !== undefined) await ifMirrorLasts(mirror, () => setAside(chain, mirror));
      if (mirror.id !== undefined && (!mirror.joined || secretIsOld(chain, mirror)))
        await ifMirrorLasts(mirror, () => join(chain, mirror));
    }
    for (let round = 0; chain.mirrors.some((mirror) => mirror.pending.codeCount > 0) && !stopped(chain); round += 1) {
      await replay(chain);
      // New marks come all the time. Once the first store is up, marks reach it directly. What is
      // still pending is combined with its answers.
      if (round === ROUNDS && !stopped(chain)) await rise(chain);
    }
    for (const mirror of chain.mirrors) if (mirror.up) await ifMirrorLasts(mirror, () => mirror.pending.removeApplied());
    if (!stopped(chain) && (!first.up || presenceIsDue(chain))) await showPresence(chain);
  } catch (error) {
    // Told already, unless a mirror's failure keeps the first store from having everything.
    if (!first.up && first.lastError !== error) first.fall(error);
    return;
  }
  if (!stopped(chain)) await rise(chain).catch(() => undefined);
}

const CHUNK = 500;
/**
 * Further replays before the first store is up, each of what was remembered during the last one.
 */
const ROUNDS = 3;

/** Lets the first store decide again, once it has the notes about mirrors that missed a write. */
async function rise(chain: Chain): Promise<void> {
  for (const mirror of chain.mirrors) if (!mirror.up) await noteDemotion(chain, mirror);
  chain.first.rise();
}

/** A function, because the answer changes while work goes on. */
function stopped(chain: Chain): boolean {
  return chain.closing;
}

/**
 * Runs a step that may fail with its mirror. The first store goes on without the mirror, but its
 * "absent" is not believed while a mirror is not joined.
 */
async function ifMirrorLasts(mirror: Mirror, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (mirror.up) throw error;
  }
}

async function join(chain: Chain, mirror: Mirror): Promise<void> {
  const { id } = mirror;
  const { era } = mirror.coverage;
  if (id === undefined) return;
  const notes = await chain.first.probe((store) => store.metadata.get([revokedKey(id), MISSED]));
  const missed = notes.get(MISSED);
  if (era !== undefined && (notes.get(revokedKey(id)) === era || missed !== mirror.missed)) await demote(chain, mirror);
  if (missed !== undefined && missed !== mirror.missed && mirror.up) await mirror.setMissed(missed);
  const shared = await sharedSecret(chain, mirror);
  if (shared !== undefined) {
    if (mirror.up) await tie(chain, mirror, id, shared);
  } else {
    mirror.firstLost();
    await refill(chain, mirror, id);
  }
  if (!chain.closing) mirror.comparedWithFirst();
}

/**
 * Copies everything that a mirror has into a first store that is new to it, and only then ties the
 * two together.
 */
async function refill(chain: Chain, mirror: Mirror, id: string): Promise<void> {
  if (mirror.above !== undefined) chain.tell({ type: 'first-store-replaced', store: mirror.name });
  await mirror.coverage.beginEra();
  const sign = await leaveSign(chain, id);
  let chunk: ScannedRecord[] = [];
  let records = 0;
  const flush = async (): Promise<void> => {
    const part = chunk;
    chunk = [];
    records += part.length;
    await chain.first.probe((store) => copyRecords(store, part, chain.options.leaseMs));
  };
  for await (const record of mirror.scan({})) {
    if (chain.closing) return;
    chunk.push(record);
    if (chunk.length >= CHUNK) await flush();
  }
  await flush();
  for await (const [key, value] of mirror.iterate((store) => store.metadata.list(''))) {
    if (key.startsWith(OWN_KEYS) || key === IDENTITY_KEY) continue;
    await chain.first.probe((store) => store.metadata.insert(key, value));
  }
  await tie(chain, mirror, id, sign);
  if (records > 0) chain.tell({ type: 'first-store-refilled', store: mirror.name, records });
}

/**
 * Sets damaged data aside. Only while the first store answers: in an outage, the damaged data is
 * the only evidence.
 */
async function setAside(chain: Chain, mirror: Mirror): Promise<void> {
  const error = mirror.damaged;
  let keptAt: string | undefined;
  try {
    keptAt = await mirror.setAsideDamaged();
  } catch (cause) {
    mirror.fall(cause);
  }
  if (keptAt === undefined) return;
  mirror.damageSetAside();
  chain.tell({ type: 'mirror-set-aside', store: mirror.name, error, keptAt });
  await mirror.open();
}
