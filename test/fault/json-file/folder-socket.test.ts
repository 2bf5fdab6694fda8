import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listenInFolder, withdraw } from '../../../src/files/lock/folder-socket.js';
import type { LockPlace } from '../../../src/files/lock/lock-address.js';
import { LockSocket } from '../../../src/files/lock/lock-socket.js';
import { tempFolder } from '../../support/json-file/temp-folder.js';

describe('the lock in the folder', () => {
  it('has one owner, however many find the socket of a dead one at once', async () => {
    const folder = tempFolder();
    const at = path.join(folder, 'sent.json.lock');
    const place: LockPlace = { platform: 'darwin', folder, folderIdentity: '', base: 'sent.json', folderFd: 0 };
    for (let round = 0; round < 40; round += 1) {
      await leaveDeadSocket(at, `${at}.${round}`);
      // That of an opener that died before anybody had to reckon with it.
      await leaveDeadSocket(at, `${at}-new.${round}`);
      const results = await Promise.all(Array.from({ length: 12 }, () => listenInFolder(place, at)));
      const owners = results.filter((result) => 'path' in result);
      for (const result of results) if ('gone' in result) result.letGo();
      expect(owners).toHaveLength(1);
      expect(fs.readdirSync(folder)).toEqual([path.basename(owners[0]!.path)]);
      await withdraw(owners[0]!);
    }
  });

  it('is taken, let go and taken again by many, and never has two owners', async () => {
    const folder = tempFolder();
    const at = path.join(folder, 'sent.json.lock');
    const place: LockPlace = { platform: 'darwin', folder, folderIdentity: '', base: 'sent.json', folderFd: 0 };
    let owners = 0;
    let taken = 0;
    const rival = async (): Promise<void> => {
      while (taken < 60) {
        const result = await listenInFolder(place, at);
        if ('gone' in result) {
          await result.gone;
          continue;
        }
        owners += 1;
        taken += 1;
        expect(owners).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        owners -= 1;
        await withdraw(result);
      }
    };
    await Promise.all(Array.from({ length: 8 }, rival));
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

/** A socket to which nobody listens any more, as `kill -9` leaves it. */
async function leaveDeadSocket(lock: string, at: string): Promise<void> {
  const socket = await LockSocket.listen(`${lock}-new`);
  fs.renameSync(`${lock}-new`, at);
  await socket!.close();
}
