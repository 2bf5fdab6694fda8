import type { DeliveryOptions } from '../../../src/delivery/options.js';
import { sendOnce } from '../../../src/delivery/send-once.js';
import { ManualTime, settled } from '../delivery/manual-time.js';
import { SharedData, SharedMapStore } from '../stores/shared-map-store.js';
import { BotProcess, type Failure } from './bot-process.js';
import { ModelPlatform, type RequestPlan, SETTLE_MS } from './platform.js';

export const CODES = ['A', 'B', 'C'];
const GUILD = 'g';

/** What one call of the bot does. */
export interface CallPlan {
  readonly process: number;
  readonly codes: readonly string[];
  readonly onUncertain: 'hold' | 'retry';
  readonly messages: 'each' | 'together';
  /** How the call's requests end, one after the other, from the start again. */
  readonly requests: readonly RequestPlan[];
  readonly find: 'truth' | 'slow' | 'throws' | 'silent';
  readonly abortAfterMs: number | undefined;
  /** The call of the store with which the call is aborted. */
  readonly abortAtCall: number | undefined;
  /** How often the bot asks for the target until the guild moves. */
  readonly movesAfter: number | undefined;
  readonly failure: Readonly<Failure> | undefined;
}

/** One step of a history. */
export type Step =
  | { readonly type: 'call'; readonly plan: CallPlan }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'crash' | 'freeze' | 'thaw'; readonly process: number }
  | { readonly type: 'move' | 'permit' | 'delete' };

/** Bots in several processes on one data set, and the platform that they send to and ask. */
export class AskingWorld {
  readonly time = new ManualTime();
  readonly data = new SharedData(this.time);
  readonly observer = new SharedMapStore(this.data, { clock: this.time });
  readonly platform = new ModelPlatform(this.time, this.time.schedule);
  readonly problems: string[] = [];
  readonly #processes = [this.#process(), this.#process()];
  readonly #hung: (() => void)[] = [];
  /** When the last try of a message ended, as its sender saw it; `Infinity`: it has not. */
  readonly #ended = new Map<string, number>();
  #target = 1;
  #isResting = false;

  async take(step: Step): Promise<void> {
    if (step.type === 'call') this.#call(step.plan);
    if (step.type === 'pass') await this.time.pass(step.ms);
    if (step.type === 'crash') this.#crash(step.process);
    if (step.type === 'freeze') this.#processes[step.process]?.freeze();
    if (step.type === 'thaw') this.#processes[step.process]?.thaw();
    if (step.type === 'move') this.#target += 1;
    if (step.type === 'permit') this.platform.readable = !this.platform.readable;
    if (step.type === 'delete') for (const post of this.platform.posts.slice(-1)) post.deleted = true;
    await settled();
    this.#check();
  }

  /** Everything is well again for some hours, and the bots offer these codes. */
  async rest(offered: readonly string[]): Promise<void> {
    this.#isResting = true;
    this.platform.readable = true;
    for (const process of this.#processes) {
      process.thaw();
      process.failure = undefined;
    }
    for (const end of this.#hung.splice(0)) end();
    for (let round = 0; round < 8; round += 1) {
      await this.time.pass(3_700_000);
      this.#call({
        ...{ process: round % 2, codes: offered, onUncertain: 'hold', messages: 'together', find: 'truth' },
        ...{
          requests: [{ answer: 'sent', arrives: 'now' }],
          abortAfterMs: undefined,
          abortAtCall: undefined,
          movesAfter: undefined,
          failure: undefined,
        },
      });
      await settled();
      this.#check();
    }
    await this.time.pass(60_000);
    this.#check();
    for await (const { code } of this.observer.listUncertain(GUILD)) this.problems.push(`${code} is uncertain at rest`);
    for (const [code, state] of await this.observer.states(GUILD, CODES)) {
      const isPosted = this.platform.posts.some(({ codes }) => codes.includes(code));
      if (state === 'claimed') this.problems.push(`${code} is claimed at rest`);
      if (state === 'sent' && !isPosted) this.problems.push(`${code} is marked, and was never posted`);
      if (offered.includes(code) && state !== 'sent') this.problems.push(`${code} is ${state} at rest`);
    }
  }

  #check(): void {
    for (const code of CODES) if (this.platform.countOf(code) > 1) this.problems.push(`${code} is there twice`);
  }

  #process(): BotProcess {
    return new BotProcess(this.data, this.time, this.time.schedule);
  }

  #crash(index: number): void {
    this.#processes[index]?.crash();
    this.#processes[index] = this.#process();
  }

  #call(plan: CallPlan): void {
    const process = this.#processes[plan.process]!;
    process.failure = plan.failure === undefined ? undefined : { ...plan.failure };
    const abort = new AbortController();
    if (plan.abortAfterMs !== undefined) process.schedule(plan.abortAfterMs, () => abort.abort());
    let calls = 0;
    process.onCall = () => {
      if ((calls += 1) === plan.abortAtCall) abort.abort();
    };
    let asked = 0;
    const report = sendOnce(process.store, {
      guildId: GUILD,
      codes: [...plan.codes],
      ...this.#callbacks(process, plan),
      classifyError: (error) => ((error as Error).message === 'refused' ? 'not-sent' : 'uncertain'),
      onUncertain: plan.onUncertain,
      retryWithinMs: 100_000,
      messages: plan.messages,
      settleMs: SETTLE_MS,
      target: () => {
        if ((asked += 1) === plan.movesAfter) this.#target += 1;
        return `channel ${this.#target}`;
      },
      signal: abort.signal,
      clock: this.time,
      schedule: process.schedule,
    });
    report.catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE')
        this.problems.push(`sendOnce rejected with ${String(error)}`);
    });
  }

  #callbacks(process: BotProcess, plan: CallPlan): Pick<DeliveryOptions<string>, 'send' | 'findDelivery'> {
    let sends = 0;
    return {
      send: async (codes, { messageId, target = '', signal }) => {
        const { freezes } = process;
        const { answer, arrives } = plan.requests[sends++ % plan.requests.length]!;
        this.#ended.set(messageId, Infinity);
        this.platform.request({ messageId, target, codes }, answer === 'refused' ? 'never' : answer === 'sent' ? 'now' : arrives);
        if (answer === 'none' && !this.#isResting) await new Promise<void>((resolve) => this.#hung.push(resolve));
        await process.goesOn();
        // After an abort, or while it stood still, the sender may have lost the message: then it does not know.
        const isOwner = !signal.aborted && freezes === process.freezes;
        this.#ended.set(messageId, isOwner ? this.time.now() : 0);
        if (answer !== 'sent') throw new Error(answer);
      },
      findDelivery: async (message) => {
        const { messageId } = message;
        const ended = this.#ended.get(messageId) ?? 0;
        if (ended !== Infinity && this.time.now() - ended < SETTLE_MS) this.problems.push(`${messageId} is asked for too early`);
        if (plan.find === 'throws') throw new Error('no answer');
        if (plan.find === 'silent') return new Promise(() => undefined);
        const answer = this.platform.find(message);
        if (plan.find === 'slow') await new Promise<void>((resolve) => this.time.schedule(20_000, resolve));
        await process.goesOn();
        return answer;
      },
    };
  }
}
