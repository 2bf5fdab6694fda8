import { writeSync } from 'node:fs';
import type { SentCodeStore } from '../../../../src/contract/store.js';
import type { Claim } from '../../../../src/contract/claims.js';
import { DiscordApiControl } from '../../../tools/discord-api/control-client.js';
import type { Death, UnattendedConfig } from './config.js';

/** Kills this process at the moment that was planned. */
export class Grave {
  readonly #planned: UnattendedConfig['incident'];
  readonly #control: DiscordApiControl;
  #seen = 0;

  constructor({ incident, controlUrl }: UnattendedConfig) {
    this.#planned = incident;
    this.#control = new DiscordApiControl({ url: controlUrl });
  }

  /** Dies, as by `kill -9`, if the moment is the planned one. Then it waits for ever: nothing may run until the signal is there. */
  async at(moment: Moment): Promise<void> {
    if (this.#isNow(moment)) await this.#die();
  }

  /** Dies, if that is planned, when Discord has the request and before the bot has the answer. */
  async whileSending(channelId: string, post: () => Promise<unknown>): Promise<unknown> {
    if (!this.#isNow('while it sends')) return post();
    const before = (await this.#control.ledger()).length;
    const arrived = this.#control.waitFor((entry) => entry.channelId === channelId, before);
    // In an outage nothing arrives.
    await Promise.race([arrived, post().catch(() => undefined)]);
    return this.#die();
  }

  /** The store, with death before and after its calls. */
  around(store: SentCodeStore): SentCodeStore {
    return new Proxy(store, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (!CALLS.has(property)) return call;
        const name = property as Call;
        return async (...args: unknown[]) => {
          await this.at(`before ${name}`);
          if (isTorn(name) && this.#isNow(`in the middle of ${name}`)) {
            const [claim, ...rest] = args as [Claim, ...unknown[]];
            await call({ ...claim, codes: claim.codes.slice(0, 1) }, ...rest);
            await this.#die();
          }
          const result = await call(...args);
          await this.at(`after ${name}`);
          return result;
        };
      },
    });
  }

  #isNow(moment: Moment): boolean {
    if (this.#planned?.what !== moment) return false;
    this.#seen += 1;
    return this.#seen === this.#planned.nth;
  }

  async #die(): Promise<never> {
    writeSync(1, 'died\n');
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  }
}

/** `before release` is none: a death there is one `after confirm` would be, or one while it sends. */
type Moment = Death | 'before release';

type Call = 'claim' | 'takeUncertain' | 'restart' | 'confirm' | 'release';
const CALLS: ReadonlySet<unknown> = new Set(['claim', 'takeUncertain', 'restart', 'confirm', 'release'] satisfies Call[]);

/** Whether a call writes code after code, by the codes of the claim that it is given. */
function isTorn(name: Call): name is 'restart' | 'confirm' | 'release' {
  return name === 'restart' || name === 'confirm' || name === 'release';
}
