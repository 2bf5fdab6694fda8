import { fork } from 'node:child_process';
import { once } from 'node:events';
import { scriptOf } from '../../tools/script.js';
import type { Contest } from './contender.js';

/** Processes with a store each on one collection. */
export interface Contenders {
  /** Hands a contest to each process at the same moment. Resolves to their answers. */
  contend<T>(contestOf: (index: number) => Contest): Promise<T[]>;
  /** Ends the processes. */
  end(): Promise<void>;
}

/** Starts processes, and resolves when all of them are connected. */
export async function startContenders(count: number, uri: string, database: string): Promise<Contenders> {
  const script = await scriptOf(new URL('contender.ts', import.meta.url));
  const children = Array.from({ length: count }, () => fork(script, [uri, database], { execArgv: [] }));
  const exits = children.map((child) => once(child, 'exit'));
  /** The next message of a child; rejects if it ends without one. */
  const next = async (index: number): Promise<unknown> => {
    const [message] = (await Promise.race([
      once(children[index]!, 'message'),
      exits[index]!.then(([code]) => {
        throw new Error(`a contender ended with ${String(code)}`);
      }),
    ])) as [unknown];
    return message;
  };
  await Promise.all(children.map((_, index) => next(index)));
  return {
    async contend<T>(contestOf: (index: number) => Contest): Promise<T[]> {
      const answers = children.map((_, index) => next(index));
      for (const [index, child] of children.entries()) child.send(contestOf(index));
      return (await Promise.all(answers)).map((message) => {
        const { answer, error } = message as { answer: T; error?: string };
        if (error !== undefined) throw new Error(error);
        return answer;
      });
    },
    async end() {
      for (const child of children) child.send('end');
      await Promise.all(exits);
    },
  };
}
