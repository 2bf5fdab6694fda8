import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { FallbackStore } from 'sent-code-store';
import type { FallbackEvent, FallbackStoreOptions } from 'sent-code-store';
import { scriptOf } from '../../../tools/script.js';

/** What a bot process is made of. */
export interface BotSetup {
  readonly uri: string;
  readonly database: string;
  readonly path: string;
  readonly options?: Pick<FallbackStoreOptions, 'trust' | 'whenDegraded' | 'operationTimeoutMs'>;
}

interface Answer {
  readonly id?: number;
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly event?: FallbackEvent;
}

type Method = 'markSent' | 'filterUnsent' | 'claim' | 'confirm' | 'ping' | 'status' | 'forget' | 'states' | 'close';

/** A process with a store [MongoStore, JsonFileStore]. */
export interface Bot {
  /** Resolves to what the call resolved to; rejects with an error that has the same `code`. */
  call<M extends Method>(method: M, ...args: Parameters<FallbackStore[M]>): Promise<Awaited<ReturnType<FallbackStore[M]>>>;
  readonly events: readonly FallbackEvent[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a bot. It is killed after the test if it runs still. */
export async function startBot(setup: BotSetup): Promise<Bot> {
  const script = await scriptOf(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(setup)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const waiting = new Map<number, (answer: Answer) => void>();
  const events: FallbackEvent[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer;
    if (answer.event !== undefined) events.push(answer.event);
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  const answered = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.set(id, ({ code, message, value }) => {
        if (code === undefined) resolve(value);
        else reject(Object.assign(new Error(message), { code }));
      });
      void ended.then(() => reject(Object.assign(new Error('the process ended'), { code: 'ENDED' })));
    });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  let last = 0;
  child.stdin.on('error', () => undefined);
  await answered(0);
  return {
    events,
    kill,
    call: (method, ...args) => {
      last += 1;
      const answer = answered(last);
      child.stdin.write(`${JSON.stringify({ id: last, method, args })}\n`);
      return answer as never;
    },
  };
}
