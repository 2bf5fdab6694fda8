import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Database } from '../database.js';
import { makeScript } from '../../tools/script.js';

/** What a client process is told. */
export interface Cuts {
  readonly seed: number;
  readonly uri: string;
  readonly database: string;
  /** How often all its connections end. */
  readonly cuts: number;
}

/** What became of it. */
export interface Recovery {
  cuts: number;
  /** Calls that were under way when a cut came. */
  met: number;
  calls: number;
  /** Calls that rejected, because a cut met them and their second try. */
  failed: number;
  /** How often the store made a new client, because the driver's had died. */
  newClients: number;
  /** The longest time from a cut to the begin of the last call that failed after it, in ms. */
  slowestMs: number;
  readonly broken: string[];
}

/** The package that stands for `mongodb`, by the version of the driver. */
const DRIVERS = { 6: 'mongodb6', 7: 'mongodb' } as const;

/** Ends all connections of a store again and again while calls are under way, in a process with this driver. */
export async function recover(version: keyof typeof DRIVERS, options: Omit<Cuts, 'database'>): Promise<Recovery> {
  const script = await makeScript(new URL('client/main.ts', import.meta.url), { mongodb: DRIVERS[version] });
  const database = new Database(options.uri, `torture_${version}_${Date.now()}`);
  try {
    const setup: Cuts = { ...options, database: database.name };
    const { stdout } = await promisify(execFile)(process.execPath, [script.path, JSON.stringify(setup)]);
    return JSON.parse(stdout) as Recovery;
  } finally {
    await database.drop();
    await script.remove();
  }
}
