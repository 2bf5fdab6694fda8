import { codesOf, guildOf } from '../tools/codes.js';

/** Something that can remember on this machine which codes a guild was sent. */
export interface Peer {
  readonly name: string;
  /** Resolves when the codes are on the disk. Absent where nothing is kept on a disk. */
  readonly mark?: (guildId: string, codes: readonly string[]) => unknown;
  /** So many calls at once, each with one code. Absent where that is so many times `mark`. */
  readonly markTogether?: (guildId: string, codes: readonly string[]) => unknown;
  /** Which of the codes are not known. */
  readonly unknown?: (guildId: string, codes: readonly string[]) => unknown;
  close(): unknown;
  /**
   * True for one that writes its whole store at each call and does not sync. What it leaves in the page cache would be synced by the next one, so it is
   * measured apart, in few rounds, and in small stores only.
   */
  readonly rewrites?: boolean;
}

/** Opens a peer on a path that is its own. The path exists where the peer has been there before. */
export type OpenPeer = (path: string) => Promise<Peer>;

/** Many marks at once, each with one code. */
export function markTogether(peer: Peer, guildId: string, codes: readonly string[]): unknown {
  return peer.markTogether?.(guildId, codes) ?? Promise.all(codes.map((code) => peer.mark?.(guildId, [code])));
}

/** So many codes for each of so many guilds, a hundred guilds at a time. */
export async function fill(peer: Peer, guilds: number, codes: number): Promise<void> {
  const waiting: unknown[] = [];
  for (let guild = 0; guild < guilds; guild += 1) {
    waiting.push(peer.mark?.(guildOf(guild), codesOf(guild, codes)));
    if (waiting.length === 100) await Promise.all(waiting.splice(0));
  }
  await Promise.all(waiting);
}
