import type { AbstractSentCodeStore } from '../../core/abstract-store.js';
import type { StoreMetadata, StorePrimitives } from '../../core/driver.js';
import { decodePending, keysOf } from '../../stores/fallback/chain/pending-codec.js';
import { ABOVE, belowKeys, COVERED, FOREIGN, ID, LIVE, PENDING } from '../../stores/fallback/keys.js';
import { count, showAge } from '../text/times.js';
import { type Finding, finding } from './finding.js';

/** What the records of an open store say. */
export async function recordChecks(store: AbstractSentCodeStore, { scanRecords }: StorePrimitives): Promise<Finding[]> {
  const guilds = new Set<string>();
  let [sent, uncertain, oldest] = [0, 0, 0];
  for await (const { guildId, record } of scanRecords({})) {
    guilds.add(guildId);
    if (record.state === 'sent') sent += 1;
    else if (record.state === 'uncertain') {
      uncertain += 1;
      oldest = Math.max(oldest, record.ageMs ?? 0);
    }
  }
  const findings = [
    finding('records', 'ok', `${count(sent, 'code')} sent to ${count(guilds.size, 'guild')}, identity ${store.identity.name}.`),
  ];
  if (uncertain > 0) {
    const text = `${count(uncertain, 'code')} uncertain, the oldest for ${showAge(oldest)}: held, and not sent.`;
    findings.push(
      finding('uncertain', 'warning', text, 'sent-codes uncertain lists them; look into the channels, then sent-codes resolve.'),
    );
  }
  return findings;
}

/** Which migrations the store remembers. */
export async function migrationChecks(metadata: StoreMetadata, hasLegacyState: boolean): Promise<Finding[]> {
  const done: string[] = [];
  for await (const [key, at] of metadata.list('migration:')) done.push(`${key.slice('migration:'.length)} (${at.slice(0, 10)})`);
  if (done.length > 0) return [finding('migration', 'ok', `Completed: ${done.join(', ')}.`)];
  if (!hasLegacyState) return [finding('migration', 'note', 'None is remembered.')];
  const text = 'The older bot’s document giftcode_state is in this database, and no migration is remembered.';
  return [finding('migration', 'warning', text, 'sent-codes migrate document, unless its codes are here already.')];
}

/** What the metadata of a database says of the files beside it. */
export async function presenceChecks(metadata: StoreMetadata): Promise<Finding[]> {
  let live = 0;
  for await (const _ of metadata.list(LIVE)) live += 1;
  if (live < 2) return [];
  return [finding('mirrors', 'note', `${live} processes keep a file beside this database: in an outage they hold all guilds.`)];
}

/** What a file that stands in for a database remembers. `first`: the metadata of that database. */
export async function mirrorChecks(file: StoreMetadata, first: StoreMetadata | undefined): Promise<Finding[]> {
  const kept = await file.get([ID, ABOVE]);
  const id = kept.get(ID);
  if (id === undefined) {
    return first === undefined
      ? []
      : [
          finding(
            'mirror',
            'warning',
            'The file has never stood beside a database.',
            'Its codes are copied at the next start of the bot; until then an outage holds everything.',
          ),
        ];
  }
  let pending = 0;
  for await (const [, text] of file.list(PENDING)) pending += keysOf(decodePending(text, 'The file')).length;
  const covered = await entries(file, COVERED);
  const foreign = await entries(file, FOREIGN);
  const findings = [
    finding(
      'mirror',
      'ok',
      `Has copied ${count(covered, 'guild')}${foreign > 0 ? `, ${foreign} of them with another writer` : ''}.`,
    ),
  ];
  if (pending > 0) {
    const advice =
      'They are in it before it is believed again. Keep this file, and start the bot: until then other processes do not know of them.';
    findings.push(finding('pending', 'warning', `${count(pending, 'code')} of an outage are not in the database yet.`, advice));
  }
  if (first !== undefined) {
    const shared = kept.get(ABOVE);
    if (shared === undefined || ![...(await first.get(belowKeys(id))).values()].includes(shared)) {
      const text = 'The file was kept beside another database, or this one was wiped or restored.';
      const advice =
        'The next start of the bot copies all that the file has into this database. If that is wrong, remove the file first.';
      findings.push(finding('in step', 'warning', text, advice));
    } else findings.push(finding('in step', 'ok', 'The file belongs to this database.'));
  }
  return findings;
}

async function entries(metadata: StoreMetadata, prefix: string): Promise<number> {
  let number = 0;
  for await (const _ of metadata.list(prefix)) number += 1;
  return number;
}
