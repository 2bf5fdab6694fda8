/** What it costs to open a million records, in three shapes, beside reading and checksumming the same bytes; and what a record takes in memory. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { localPeers } from './peers/all.js';
import { openOurs } from './peers/ours.js';
import { fill as fillPeer, type OpenPeer, type Peer } from './peers/peer.js';
import { codesOf, guildOf } from './tools/codes.js';
import { compare, rounded, type Contender } from './tools/compare.js';
import { contestants, optional, OURS, peerVersions, type Package } from './tools/packages.js';
import { isQuick, writeResult } from './tools/result-file.js';
import { print, rowsOf, type Row } from './tools/rows.js';

const RECORDS = isQuick ? 1e5 : 1e6;
/** Guilds. One of them is a file with one long line, many are many short lines. */
const SHAPES = [1, RECORDS / 1e3, RECORDS / 10];
const ROUNDS = isQuick ? 3 : 7;
const READ = 'read and checksum';
/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 1;

interface Memory {
  readonly who: string;
  readonly guilds: number;
  /** On the heap and outside of it, after opening, and after every guild was asked for. */
  readonly opened: number;
  readonly touched: number;
}

const packages = await contestants();
if (process.argv[2] === 'memory') await printMemory(process.argv[3] ?? '', process.argv[4] ?? '');
else await main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'open-bench-'));
  try {
    const rows: Row[] = [];
    const memory: Memory[] = [];
    const blocked: { guilds: number; longestMs: number }[] = [];
    for (const guilds of SHAPES) {
      for (const { name, library } of packages) await fill(library, pathOf(folder, name, guilds), guilds);
      const own = pathOf(folder, OURS, guilds);
      const peers = guilds === RECORDS / 1e3 ? await filledPeers(folder) : [];
      const openers = [
        ...packages.map(({ name, library }) => [name, openOurs(name, library), pathOf(folder, name, guilds)] as const),
        ...peers.map(([name, open]) => [name, open, join(folder, name)] as const),
      ];
      for (const asks of [false, true]) {
        const opened = openers.map(([name, open, path]) => opening(open, name, path, asks));
        const figures = await compare([...opened, { name: READ, run: () => checksum(join(own, '..')) }], ROUNDS);
        rows.push(...rowsOf(asks ? `open ${guilds} guilds, look up one code` : `open ${guilds} guilds`, RECORDS, figures, READ));
        for (const { close } of opened) await close();
      }
      for (const { name } of packages) memory.push(memoryOf(name, pathOf(folder, name, guilds), guilds));
      blocked.push({ guilds, longestMs: await longestBlock(own) });
    }
    print(rows);
    console.table(memory);
    console.table(blocked);
    writeResult('open', { records: RECORDS, peers: peerVersions(), rows, bytesPerRecord: memory, longestBlock: blocked });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A folder for each store: what it keeps beside its file is in there too. */
function pathOf(folder: string, name: string, guilds: number): string {
  const own = join(folder, `${name}-${guilds}`);
  mkdirSync(own, { recursive: true });
  return join(own, 'sent.json');
}

async function fill({ JsonFileStore }: Package, path: string, guilds: number): Promise<void> {
  const store = new JsonFileStore({ path });
  const codes = RECORDS / guilds;
  const atOnce = Math.max(1, Math.floor(5e4 / codes));
  for (let guild = 0; guild < guilds; guild += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, guilds - guild) }, (_, index) => guild + index);
    await store.markSentMany(batch.map((one) => ({ guildId: guildOf(one), codes: codesOf(one, codes) })));
  }
  await store.close();
}

/** Those with a file of their own, each with the same records. */
async function filledPeers(folder: string): Promise<(readonly [string, OpenPeer])[]> {
  const found: (readonly [string, OpenPeer])[] = [];
  for (const [name, open] of localPeers(packages[0]!.library).slice(2)) {
    const peer = await optional(name, () => open(join(folder, name)));
    if (peer === undefined || peer.rewrites === true) continue;
    await fillPeer(peer, RECORDS / 1e3, 1e3);
    await peer.close();
    found.push([name, open]);
  }
  return found;
}

/** Opens in each round what the round before has closed. If it `asks` for one code, it shows what an engine puts off until then. */
function opening(open: OpenPeer, name: string, path: string, asks: boolean): Contender & { readonly close: () => Promise<void> } {
  let peer: Peer | undefined;
  const close = async (): Promise<void> => {
    await peer?.close();
    peer = undefined;
  };
  const run = async (): Promise<void> => {
    peer = await open(path);
    if (asks) await peer.unknown?.(guildOf(0), ['ABSENT']);
  };
  return { name, prepare: close, run, close };
}

function checksum(folder: string): number {
  let checksum = 0;
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files) checksum = crc32(readFileSync(join(folder, name)), checksum);
  return checksum;
}

async function longestBlock(path: string): Promise<number> {
  const { JsonFileStore } = packages[0]!.library;
  const longest: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
    const store = new JsonFileStore({ path });
    delay.enable();
    await store.ping();
    delay.disable();
    longest.push(delay.max / 1e6 - RESOLUTION);
    await store.close();
  }
  return rounded(longest.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!);
}

/** In a process of its own. */
function memoryOf(who: string, path: string, guilds: number): Memory {
  const args = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), 'memory', who, path];
  const { opened, touched } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Memory;
  return { who, guilds, opened: Math.round(opened / RECORDS), touched: Math.round(touched / RECORDS) };
}

async function printMemory(who: string, path: string): Promise<void> {
  const { JsonFileStore } = packages.find(({ name }) => name === who)!.library;
  const before = live();
  const store = new JsonFileStore({ path });
  await store.ping();
  const opened = live() - before;
  for await (const guildId of store.listGuilds()) await store.filterUnsent(guildId, ['ABSENT']);
  console.log(JSON.stringify({ opened, touched: live() - before }));
  await store.close();
}

function live(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
