import { access, constants, statfs } from 'node:fs/promises';
import { fileIdentity } from '../../files/file-identity.js';
import { nodeFileSystem } from '../../files/file-system.js';
import { findLockOwner, type LockOwner } from '../../files/lock/find-owner.js';
import { isMountPoint } from '../../files/mount-point.js';
import { resolvePaths } from './store-paths.js';

/** What is on the disk around a store's file, found without its lock. */
export interface FileFacts {
  /** The snapshot, behind symbolic links. */
  readonly path: string;
  readonly folder: string;
  /** Bytes of the snapshot; `undefined` if there is none. */
  readonly snapshotBytes: number | undefined;
  /** Bytes of each journal. */
  readonly journalBytes: readonly number[];
  /** Names of files that a recovery or a crash put aside. */
  readonly asideFiles: readonly string[];
  /** Whether files can be made in the folder. */
  readonly folderIsWritable: boolean;
  /** Whether the file itself is mounted, so that it can never be replaced. */
  readonly isMounted: boolean;
  /** Who has it open for writing. */
  readonly owner: LockOwner | undefined;
  /** Free bytes on the disk for this user. */
  readonly freeBytes: number;
}

/** Looks at the files of a store. `STORE_IO` if there is no such folder. */
export async function fileFacts(path: string, platform: NodeJS.Platform = process.platform): Promise<FileFacts> {
  const paths = await resolvePaths(path);
  const { folder, base, snapshot } = paths;
  const sizeOf = async (file: string): Promise<number | undefined> => {
    const identity = await fileIdentity(nodeFileSystem, file);
    return identity && Number(identity.size);
  };
  const journals = await Promise.all(
    (await paths.journals(nodeFileSystem)).map((generation) => sizeOf(paths.journal(generation))),
  );
  const names = await nodeFileSystem.readdir(folder);
  const { bavail, bsize } = await statfs(folder);
  return {
    path: snapshot,
    folder,
    snapshotBytes: await sizeOf(snapshot),
    journalBytes: journals.filter((bytes) => bytes !== undefined),
    asideFiles: names.filter((name) => name.startsWith(`${base}.`) && /\.(?:damaged|dropped)-\d+/.test(name)).sort(),
    folderIsWritable: await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    ),
    isMounted: await isMountPoint(snapshot),
    owner: await findLockOwner({ folder, base, platform }),
    freeBytes: bavail * bsize,
  };
}
