import fs from 'node:fs';
import { promisify } from 'node:util';
import type { OpenPeer } from './peer.js';

const write = promisify(fs.write);
const fdatasync = promisify(fs.fdatasync);

export const RAW = 'write + fdatasync';

/** The least that a durable mark can cost without stopping the event loop: one write and one fdatasync on an open descriptor. */
export const openRaw: OpenPeer = async (path) => {
  const fd = fs.openSync(path, 'a');
  const append = async (guildId: string, codes: readonly string[]): Promise<void> => {
    await write(fd, Buffer.from(`${JSON.stringify([guildId, codes, 'auto', Date.now()])}\n`));
    await fdatasync(fd);
  };
  return { name: RAW, mark: append, markTogether: append, close: () => fs.closeSync(fd) };
};
