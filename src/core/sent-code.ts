import type { SentCode } from '../contract/types.js';
import type { CodeKey } from '../domain/codes.js';
import type { CodeRecord } from '../domain/record.js';

/** A record as callers see it, if the code was sent. */
export function toSentCode({ guildId, code }: CodeKey, record: CodeRecord | undefined): SentCode | undefined {
  if (record?.state !== 'sent') return undefined;
  const { source, sentAt, receipt = null } = record;
  return { guildId, code, source, sentAt: sentAt === null ? null : new Date(sentAt), receipt };
}
