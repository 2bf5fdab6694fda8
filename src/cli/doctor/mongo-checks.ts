import type { CollectionFacts, IdFacts, ServerFacts } from '../../stores/mongo/server-facts.js';
import { count, showAge } from '../text/times.js';
import { type Finding, finding } from './finding.js';

/** Clocks that are further apart show wrong times. */
const MOST_SKEW_MS = 2000;

/** What a server says of itself and of the collection, as findings. */
export function serverChecks(facts: ServerFacts): Finding[] {
  const { namespace, pingMs, version, topology, hosts, arbiters, clockSkewMs, collection } = facts;
  const findings = [finding('server', 'ok', `MongoDB ${version}, ${topology}, answers in ${Math.ceil(pingMs)} ms.`)];
  if (topology === 'standalone') {
    findings.push(finding('majority', 'note', 'A server alone: what it acknowledges is on its disk and nowhere else.'));
  } else if (topology === 'replica set' && arbiters > 0 && hosts - Math.floor((hosts + arbiters) / 2) - 1 < 1) {
    const text = `${count(hosts, 'member')} with data and ${count(arbiters, 'arbiter')}: with one of them down no mark and no claim is confirmed.`;
    findings.push(finding('majority', 'warning', text, 'Put a member with data in the place of the arbiter.'));
  }
  if (clockSkewMs !== undefined && Math.abs(clockSkewMs) - pingMs > MOST_SKEW_MS) {
    const text = `The server’s clock is ${showAge(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} this machine’s.`;
    findings.push(
      finding(
        'clock',
        'warning',
        text,
        'Keep NTP running on both. Leases run on the server’s clock, times of marks on the bot’s.',
      ),
    );
  } else if (clockSkewMs !== undefined) findings.push(finding('clock', 'ok', 'The clocks agree.'));
  if (collection === undefined) {
    findings.push(
      finding(
        'collection',
        'note',
        `${namespace} does not exist yet: the first call of a bot makes it.`,
        'Check the names of database and collection.',
      ),
    );
  } else findings.push(...collectionChecks(namespace, collection, topology === 'sharded'));
  return findings;
}

/** What the ids of the collection say. */
export function idChecks({ documents, strange, examples, guildDocuments }: IdFacts): Finding[] {
  const findings: Finding[] = [];
  if (strange > 0) {
    const text = `${strange} of ${count(documents, 'document')} are found by no look-up: ${examples.join(', ')}${strange > examples.length ? ', …' : ''}.`;
    const advice =
      'Their _id is not "guild:CODE" with the code as the store’s identity writes it. Mark those codes with sent-codes mark, then remove the documents.';
    findings.push(finding('ids', 'fault', text, advice));
  } else findings.push(finding('ids', 'ok', `${count(documents, 'document')}, all of a form that is found.`));
  if (guildDocuments > 0) {
    findings.push(
      finding(
        'older shape',
        'note',
        `${count(guildDocuments, 'guild')} with one document for all codes, of an older bot. Their codes count as sent.`,
      ),
    );
  }
  return findings;
}

function collectionChecks(
  namespace: string,
  { type, options, indexes, shardKey }: CollectionFacts,
  isSharded: boolean,
): Finding[] {
  const findings: Finding[] = [];
  const fault = (name: string, text: string, advice: string): void => void findings.push(finding(name, 'fault', text, advice));
  const copy = 'Make an ordinary collection, copy the documents with sent-codes export and import, and name that one.';
  if (type !== 'collection') fault('collection', `${namespace} is a ${type}.`, copy);
  if (options['capped'] === true)
    fault('collection', `${namespace} is capped: old marks are removed, and their codes are sent again.`, copy);
  if (options['collation'] !== undefined)
    fault('collation', `${namespace} has a default collation: a guild’s records are no range of ids.`, copy);
  if (options['validator'] !== undefined) {
    const advice = 'See that it accepts claims, which have no sent_at, and the store’s own documents, which have a value.';
    findings.push(finding('validator', 'warning', `${namespace} has a validator, which may refuse writes.`, advice));
  }
  for (const index of indexes ?? []) {
    const name = String(index['name']);
    if (index['expireAfterSeconds'] !== undefined) {
      fault(
        'indexes',
        `The index ${name} removes marks after ${Number(index['expireAfterSeconds'])} s, and their codes are sent again.`,
        `Drop it: db.${collectionOf(namespace)}.dropIndex(${JSON.stringify(name)})`,
      );
    } else if (index['unique'] === true && name !== '_id_') {
      fault(
        'indexes',
        `The index ${name} is unique: it refuses marks.`,
        `Drop it: db.${collectionOf(namespace)}.dropIndex(${JSON.stringify(name)})`,
      );
    }
  }
  if (indexes === undefined) findings.push(finding('indexes', 'note', 'This user may not list the indexes.'));
  else if (!findings.some(({ name }) => name === 'indexes'))
    findings.push(finding('indexes', 'ok', 'None that removes or refuses marks.'));
  if (shardKey !== undefined) {
    const fields = Object.keys(shardKey);
    if (fields.length === 1 && fields[0] === '_id') findings.push(finding('shard key', 'ok', 'Sharded on _id.'));
    else
      fault(
        'shard key',
        `Sharded on ${fields.join(', ')}: two processes can claim the same code on two shards.`,
        'Shard on _id, by range or hashed.',
      );
  } else if (isSharded) findings.push(finding('shard key', 'note', 'Not sharded, or this user may not know.'));
  return findings;
}

function collectionOf(namespace: string): string {
  return namespace.slice(namespace.indexOf('.') + 1);
}
