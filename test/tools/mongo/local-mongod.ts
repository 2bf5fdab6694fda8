import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { DryMongoBinary, MongoMemoryServer } from 'mongodb-memory-server';

const run = promisify(execFile);

export interface FoundMongod {
  readonly path: string;
  /** How it was found, for people. */
  readonly where: string;
}

const DOWNLOAD_HOST = 'https://fastdl.mongodb.org';
const PROBE_MS = 1500;
const DOWNLOAD_MS = 120_000;

/**
 * A mongod binary: `MONGOMS_SYSTEM_BINARY` or an earlier download, else one in PATH, else a new download. Undefined if there is none; never
 * rejects.
 */
export async function findMongod(env: NodeJS.ProcessEnv): Promise<FoundMongod | undefined> {
  return (await locatedMongod()) ?? (await mongodInPath(env['PATH'])) ?? (await downloadedMongod(env));
}

async function locatedMongod(): Promise<FoundMongod | undefined> {
  // Rejects if MONGOMS_SYSTEM_BINARY names no binary, and on operating systems that it does not know.
  const path = await DryMongoBinary.locateBinary({ version: '' }).catch(() => undefined);
  return path === undefined ? undefined : { path, where: 'found by mongodb-memory-server' };
}

export async function mongodInPath(path = ''): Promise<FoundMongod | undefined> {
  for (const folder of path.split(delimiter).filter((name) => name !== '')) {
    const candidate = join(folder, process.platform === 'win32' ? 'mongod.exe' : 'mongod');
    const isExecutable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return { path: candidate, where: 'found in PATH' };
  }
  return undefined;
}

/**
 * A new download, kept for later runs.
 *
 * mongodb-memory-server's own download needs about 7 s to find out that there is no network. So the host is asked first, and where it does
 * not answer within 1.5 s nothing is downloaded. The download itself is a process of its own: it prints its progress, and it cannot be
 * cancelled otherwise. `MONGOMS_RUNTIME_DOWNLOAD=false` turns it off.
 */
export async function downloadedMongod(env: NodeJS.ProcessEnv): Promise<FoundMongod | undefined> {
  const { MONGOMS_RUNTIME_DOWNLOAD: wanted = 'true', MONGOMS_DOWNLOAD_MIRROR: host = DOWNLOAD_HOST } = env;
  if (['false', '0', 'no', 'off'].includes(wanted.toLowerCase())) return undefined;
  try {
    await fetch(host, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    const script = `import { MongoBinary } from 'mongodb-memory-server'; await MongoBinary.getPath();`;
    await run(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, env, timeout: DOWNLOAD_MS });
  } catch {
    // No network, no build for this system, no room: the tests run without it.
    return undefined;
  }
  const found = await locatedMongod();
  return found && { ...found, where: 'downloaded' };
}

/** Starts the binary as a standalone server with its data in a temporary folder, with fail points enabled. */
export async function startMongod(path: string): Promise<{ uri: string; version: string; stop: () => Promise<void> }> {
  // A binary of another system, or without its libraries, fails here.
  const { stdout } = await run(path, ['--version']);
  const [, version] = /db version v(\d+\.\d+\.\d+)/.exec(stdout) ?? [];
  if (version === undefined) throw new Error('its --version names no version');
  const server = await MongoMemoryServer.create({
    binary: { systemBinary: path, version },
    instance: { args: ['--setParameter', 'enableTestCommands=1'] },
  });
  return {
    uri: server.getUri(),
    version,
    stop: async () => {
      await server.stop();
    },
  };
}
