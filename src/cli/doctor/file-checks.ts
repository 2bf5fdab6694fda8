import type { FileFacts } from '../../stores/json-file/file-facts.js';
import { count, showBytes } from '../text/times.js';
import { type Finding, finding } from './finding.js';

/** Room that the next snapshot needs beside the old one, in bytes, at least. */
const LEAST_FREE = 16 << 20;
/** Journals above this are folded by a bot that runs. */
const LARGE_JOURNAL = 64 << 20;

/** What the files around a store say, as findings. */
export function fileChecks(facts: FileFacts): Finding[] {
  const { path, folder, snapshotBytes, journalBytes, asideFiles, folderIsWritable, isMounted, owner, freeBytes } = facts;
  if (snapshotBytes === undefined && journalBytes.length === 0) {
    const advice = 'Check the path. A bot that has sent nothing yet has no file; its first start makes one.';
    return [finding('file', 'fault', `${path} is not there.`, advice)];
  }
  const inJournals = journalBytes.reduce((sum, bytes) => sum + bytes, 0);
  const sizes = `${showBytes(snapshotBytes ?? 0)} in the snapshot, ${showBytes(inJournals)} in ${count(journalBytes.length, 'journal')}`;
  const findings = [
    journalBytes.length > 1 || inJournals > LARGE_JOURNAL
      ? finding(
          'file',
          'warning',
          `${sizes}.`,
          'A compaction was interrupted or cannot be done. Run sent-codes compact while the bot is stopped.',
        )
      : finding('file', 'ok', `${sizes}.`),
    owner === undefined
      ? finding('lock', 'ok', 'Nobody has it open for writing.')
      : finding('lock', 'note', `${owner.pid === undefined ? 'A process' : `Process ${owner.pid}`} has it open for writing.`),
  ];
  if (!folderIsWritable) {
    const advice = `Give this user the right to write in ${folder}: the lock and each compaction make files there.`;
    findings.push(finding('folder', 'fault', `No file can be made in ${folder}.`, advice));
  }
  if (isMounted) {
    const advice = 'Mount its folder in place of the file.';
    findings.push(
      finding('folder', 'fault', `${path} is mounted as a single file: its journal is outside of the volume.`, advice),
    );
  }
  const needed = (snapshotBytes ?? 0) + inJournals + LEAST_FREE;
  if (freeBytes < needed) {
    const advice = 'Make room: a mark is refused when the disk is full, and a code that was sent then stays uncertain.';
    findings.push(
      finding('disk', 'warning', `${showBytes(freeBytes)} are free, and a compaction needs up to ${showBytes(needed)}.`, advice),
    );
  }
  if (asideFiles.length > 0) {
    const advice =
      'damaged: from a recovery, codes may be missing. dropped: the end of a journal after a power failure. Look, then remove them.';
    findings.push(finding('put aside', 'warning', `There is ${asideFiles.join(', ')}.`, advice));
  }
  return findings;
}
