import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { type ChildOptions, runChild } from './run-child.js';

/** A system call of a store's child, as it can be named to strace: the n-th of its name. */
export interface SystemCall {
  readonly name: string;
  readonly nth: number;
  /** Whether it can change what is on the disk, or makes it durable. */
  readonly changes: boolean;
}

/** What can be asked of a store's calls. The log of the child is written by `write`. */
const TRACED = 'openat,close,write,pwrite64,fdatasync,fsync,ftruncate,rename,unlink,mkdir,fchmod,fchown,copy_file_range,sendfile';

/** What only the thread of the pool calls, where the files are as they are: the store's calls, and those of its lock. */
const POOLED = 'fdatasync,fsync,ftruncate,rename,unlink';

/** Whether strace is on this machine and may trace. */
export function hasStrace(): boolean {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

/**
 * The calls that a child makes from its first step on. Without `-f` strace sees the main thread
 * alone, which makes all calls of a store in turns. A call is counted for each thread, so where the
 * files are as they are only calls of one thread are looked at.
 */
export async function systemCalls(script: string, options: ChildOptions): Promise<SystemCall[]> {
  const output = `${options.log}.strace`;
  const inTurns = options.files === 'in turns';
  const threads = inTurns ? [] : ['-f'];
  await runChild(script, options, [...threads, '-o', output, '-s', '8', '-e', `trace=${inTurns ? TRACED : POOLED}`]);
  const counts = new Map<string, number>();
  const calls: SystemCall[] = [];
  let started = !inTurns;
  for (const line of fs.readFileSync(output, 'utf8').split('\n')) {
    const name = /^(?:\d+ +)?(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    if (started) calls.push({ name, nth, changes: isChange(name, line) });
    if (line.includes('"start\\n"')) started = true;
  }
  if (calls.length === 0) throw new Error(`strace saw no call after the start: ${output}`);
  return calls;
}

/** Arguments by which strace kills a child before a call, or lets the call fail. */
export function inject({ name, nth }: SystemCall, what: string, { rest = false, threads = false } = {}): string[] {
  return [
    ...(threads ? ['-f'] : []),
    '-o',
    '/dev/null',
    '-e',
    `trace=${name}`,
    '-e',
    `inject=${name}:${what}:when=${nth}${rest ? '+' : ''}`,
  ];
}

function isChange(name: string, line: string): boolean {
  if (name === 'openat') return line.includes('O_CREAT');
  return name !== 'close' && name !== 'write';
}
