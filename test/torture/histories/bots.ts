import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BotConfig, Order } from './bot/config.js';
import { Recorder } from './recorder.js';

/** An order that takes longer is never done: a store does not come back, or a call does not end. */
const ORDER_MS = 60_000;

/** What every process of a history has in common. */
export type CommonConfig = Pick<BotConfig, 'seed' | 'database' | 'paceMs'> & {
  readonly script: string;
  /** The URI of the database for a bot, through its proxy. */
  readonly uriOf: (bot: string) => string;
  /** Where the records are, and the mirrors. */
  readonly folder: string;
  readonly whenDegraded?: 'auto' | 'continue' | 'hold';
};

interface Life {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown>;
  readonly number: number;
}

/** The processes of a history, which are killed and stopped from outside, and started again. */
export class Bots {
  /** Every file with records. */
  readonly logs: string[] = [];
  readonly counts = { processes: 0, kills: 0, stops: 0 };
  readonly #config: CommonConfig;
  readonly #lives = new Map<string, Life>();
  readonly #accidents: Recorder;
  /** Kills and restarts that are under way. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #wakings = new Set<NodeJS.Timeout>();
  #calls = new Map<string, number>();

  constructor(config: CommonConfig) {
    this.#config = config;
    const log = join(config.folder, 'accidents.ndjson');
    this.logs.push(log);
    this.#accidents = new Recorder({ path: log, bot: 'accidents', life: 0, isHealthy: () => true });
  }

  get names(): string[] {
    return [...this.#lives.keys()];
  }

  mirrorOf(bot: string): string {
    return join(this.#config.folder, bot, 'mirror.json');
  }

  start(bot: string): void {
    const { script, folder, whenDegraded, seed, uriOf, ...common } = this.#config;
    const number = (this.#lives.get(bot)?.number ?? 0) + 1;
    const log = join(folder, `${bot}.${number}.ndjson`);
    this.logs.push(log);
    const config: BotConfig = {
      ...common,
      uri: uriOf(bot),
      seed: seed + Number(bot.replaceAll(/\D/g, '')),
      bot,
      life: number,
      log,
      callsBefore: this.#calls.get(bot) ?? 0,
      ...(whenDegraded !== undefined && { chain: { path: this.mirrorOf(bot), whenDegraded } }),
    };
    const process = fork(script, [JSON.stringify(config)], { execArgv: [] });
    this.#lives.set(bot, { process, ended: once(process, 'exit'), number });
    this.counts.processes += 1;
  }

  /** SIGKILL, at once. Resolves when the next process of the bot was started, after `meanwhile`. */
  kill(bot: string, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const life = this.#lives.get(bot);
    if (life === undefined || this.#turns.has(bot)) return this.#turns.get(bot) ?? Promise.resolve();
    life.process.kill('SIGKILL');
    this.counts.kills += 1;
    const turn = (async () => {
      await life.ended;
      this.#accidents.write({ kind: 'death', bot, life: life.number });
      const log = join(this.#config.folder, `${bot}.${life.number}.ndjson`);
      this.#calls.set(
        bot,
        (this.#calls.get(bot) ?? 0) + (existsSync(log) ? readFileSync(log, 'utf8') : '').split('"kind":"begin"').length - 1,
      );
      await meanwhile();
      this.start(bot);
    })().finally(() => this.#turns.delete(bot));
    this.#turns.set(bot, turn);
    return turn;
  }

  /** SIGSTOP, at once, and SIGCONT after some ms. */
  stop(bot: string, ms: number): void {
    const life = this.#lives.get(bot);
    if (life === undefined || this.#turns.has(bot)) return;
    life.process.kill('SIGSTOP');
    this.counts.stops += 1;
    const waking = setTimeout(() => {
      this.#wakings.delete(waking);
      life.process.kill('SIGCONT');
    }, ms);
    this.#wakings.add(waking);
  }

  /** Gives an order; resolves when it is done. Rejects if the process ends without that, or takes too long. */
  async order(bot: string, order: Order): Promise<void> {
    await this.#turns.get(bot);
    const life = this.#lives.get(bot);
    if (life === undefined) throw new Error(`there is no ${bot}`);
    const done = new Promise<void>((resolve) => {
      const listen = (message: unknown): void => {
        if (message !== order) return;
        life.process.off('message', listen);
        resolve();
      };
      life.process.on('message', listen);
    });
    life.process.send(order);
    const limit = new AbortController();
    const fail = (why: string) => (): never => {
      throw new Error(`${bot} ${why} and has not done: ${order}`);
    };
    try {
      await Promise.race([
        done,
        life.ended.then(fail('has ended')),
        delay(ORDER_MS, undefined, { signal: limit.signal }).then(fail(`had ${ORDER_MS} ms`), () => done),
      ]);
    } finally {
      limit.abort();
    }
  }

  /** Orders all of them. */
  async orderAll(order: Order): Promise<void> {
    await Promise.all(this.names.map((bot) => this.order(bot, order)));
  }

  /** Waits for those that are being started, or are stopped. */
  async awake(): Promise<void> {
    await Promise.all(this.#turns.values());
    while (this.#wakings.size > 0) await delay(20);
  }

  /** Ends every process in good order. */
  async end(): Promise<void> {
    await this.awake();
    await this.orderAll('end');
    await Promise.all([...this.#lives.values()].map(({ ended }) => ended));
  }

  /** Ends every process that is left, whatever it does. */
  async abandon(): Promise<void> {
    for (const waking of this.#wakings) clearTimeout(waking);
    for (const { process } of this.#lives.values()) process.kill('SIGKILL');
    await Promise.allSettled([...this.#turns.values(), ...[...this.#lives.values()].map(({ ended }) => ended)]);
    for (const { process } of this.#lives.values()) process.kill('SIGKILL');
  }
}
