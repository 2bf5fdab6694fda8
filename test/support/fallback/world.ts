import type { Claim } from '../../../src/contract/claims.js';
import type { FallbackEvent } from '../../../src/stores/fallback/events.js';
import { FallbackStore } from '../../../src/stores/fallback/fallback-store.js';
import { PRESENCE_MS } from '../../../src/stores/fallback/upkeep/presence.js';
import type { FallbackStoreOptions } from '../../../src/stores/fallback/options.js';
import { Disk, DiskStore, type Fault } from './disk-store.js';

export const GUILDS = ['1', '2'] as const;
export const CODES = ['A', 'B', 'C', 'D', 'E'] as const;

const FIRST_HAS_IT = 'the first store has it';

export type Step =
  | {
      readonly do: 'mark' | 'filter' | 'claim' | 'forget';
      readonly host: number;
      readonly guild: number;
      readonly codes: readonly number[];
    }
  | { readonly do: 'confirm' | 'not-sent' | 'uncertain'; readonly host: number; readonly pick: number }
  | { readonly do: 'fault'; readonly disk: number; readonly fault: Fault }
  | { readonly do: 'heal'; readonly disk: number }
  | { readonly do: 'crash' | 'ping'; readonly host: number }
  | { readonly do: 'wipe-first' }
  | { readonly do: 'advance'; readonly ms: number };

/** What must not be offered, and why. */
interface Forbidden {
  readonly reasons: ReadonlyMap<string, string>;
  readonly wipes: number;
  /** Keys of which no forget was under way since. */
  readonly unforgotten: () => readonly string[];
}

interface Host {
  store: FallbackStore;
  members: DiskStore[];
  readonly mirrors: readonly Disk[];
  readonly witness: Disk | undefined;
  /** Keys whose mark was acknowledged to this host. */
  readonly acknowledged: Set<string>;
  /** Keys that this host was given to send, and did not give back as not sent. */
  readonly granted: Set<string>;
  claims: Claim[];
  crashing: Promise<void>;
}

/** Hosts that share a first store, what they were told, and what they must never be told afterwards. */
export class World {
  readonly first = new Disk();
  readonly hosts: Host[];
  readonly events: FallbackEvent[] = [];
  /** Codes that a mirror granted while the first store was away. */
  degradedClaims = 0;
  #wipes = 0;
  readonly #time = { ms: 0 };
  /** Per key, how often a forget of it began or ended: what was told while one was under way says nothing. */
  readonly #forgets = new Map<string, number>();
  readonly #options: FallbackStoreOptions;

  constructor(hosts: number, mirrors: number, witness: boolean, options: FallbackStoreOptions = {}) {
    this.#options = options;
    this.hosts = Array.from({ length: hosts }, () => {
      const host = {
        mirrors: Array.from({ length: mirrors }, () => new Disk()),
        witness: witness ? new Disk() : undefined,
        acknowledged: new Set<string>(),
        granted: new Set<string>(),
        claims: [],
        crashing: Promise.resolve(),
      };
      return { ...host, ...this.#start(host.mirrors, host.witness) };
    });
  }

  get disks(): Disk[] {
    return [this.first, ...this.hosts.flatMap(({ mirrors, witness }) => [...mirrors, ...(witness ? [witness] : [])])];
  }

  #start(mirrors: readonly Disk[], witness: Disk | undefined): { store: FallbackStore; members: DiskStore[] } {
    const clock = { now: () => 1e12 + this.#time.ms, monotonic: () => this.#time.ms };
    const members = [
      new DiskStore(this.first, 'shared', { clock, name: 'first' }),
      ...mirrors.map((disk, index) => new DiskStore(disk, 'mirror', { clock, name: `mirror ${index}` })),
      ...(witness ? [new DiskStore(witness, 'witness', { clock, name: 'witness' })] : []),
    ];
    const store = new FallbackStore(members, {
      clock,
      operationTimeoutMs: 12,
      probeAfterMs: 100,
      onEvent: (event) => this.events.push(event),
      ...this.#options,
    });
    return { store, members };
  }

  /** Runs steps side by side; rejects if a store said what it must not. */
  async run(steps: readonly Step[]): Promise<void> {
    const results = await Promise.allSettled(steps.map((step) => this.#step(step)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case 'fault': {
        const disk = this.disks[step.disk % this.disks.length]!;
        disk.heal();
        disk.fault = step.fault;
        return;
      }
      case 'heal':
        this.disks[step.disk % this.disks.length]!.heal();
        return;
      case 'advance':
        this.#time.ms += step.ms;
        return;
      case 'wipe-first':
        this.#wipeFirst();
        return;
    }
    const host = this.hosts[step.host % this.hosts.length]!;
    switch (step.do) {
      case 'crash':
        host.crashing = host.crashing.then(() => this.#crash(host));
        await host.crashing;
        return;
      case 'ping':
        await quietly(host.store.ping());
        return;
      case 'mark': {
        const { guildId, codes } = named(step);
        const unforgotten = this.#watch(guildId, codes);
        if ((await quietly(host.store.markSent(guildId, codes))) === undefined) return;
        for (const key of unforgotten()) host.acknowledged.add(key);
        return;
      }
      case 'filter': {
        const { guildId, codes } = named(step);
        const forbidden = this.#forbidden(host, guildId, codes);
        for (const code of (await quietly(host.store.filterUnsent(guildId, codes))) ?? [])
          this.#mustNot(host, forbidden, guildId, code);
        return;
      }
      case 'claim': {
        const { guildId, codes } = named(step);
        const forbidden = this.#forbidden(host, guildId, codes);
        const unforgotten = this.#watch(guildId, codes);
        const result = await quietly(host.store.claim(guildId, codes));
        if (host.store.status().state === 'degraded') this.degradedClaims += result?.claimed.length ?? 0;
        for (const code of result?.claimed ?? []) this.#mustNot(host, forbidden, guildId, code);
        const claimed = new Set(result?.claimed.map((code) => `${guildId}:${code}`));
        for (const key of unforgotten()) if (claimed.has(key)) host.granted.add(key);
        if (result?.claim) host.claims.push(result.claim);
        return;
      }
      case 'forget': {
        const { guildId, codes } = named(step);
        // Whatever becomes of the call, the caller does not mind seeing the code again.
        const drop = (): void => {
          for (const code of codes) this.#forgets.set(`${guildId}:${code}`, this.#forgotten(guildId, code) + 1);
          for (const { acknowledged, granted } of this.hosts) {
            for (const set of [acknowledged, granted]) for (const code of codes) set.delete(`${guildId}:${code}`);
          }
        };
        drop();
        await quietly(host.store.forget(guildId, codes));
        drop();
        return;
      }
      default: {
        const claim = host.claims[step.pick % Math.max(host.claims.length, 1)];
        if (claim === undefined) return;
        const keys = claim.codes.map((code) => `${claim.guildId}:${code}`);
        if (step.do === 'confirm') {
          const unforgotten = this.#watch(claim.guildId, claim.codes);
          if ((await quietly(host.store.confirm(claim))) !== undefined)
            for (const key of unforgotten()) host.acknowledged.add(key);
        } else {
          host.claims = host.claims.filter((one) => one !== claim);
          if (step.do === 'not-sent') for (const key of keys) host.granted.delete(key);
          await quietly(host.store.release(claim, step.do));
        }
      }
    }
  }

  #forgotten(guildId: string, code: string): number {
    return this.#forgets.get(`${guildId}:${code}`) ?? 0;
  }

  /** The keys of which no forget was under way since. */
  #watch(guildId: string, codes: readonly string[]): () => string[] {
    const before = codes.map((code) => this.#forgotten(guildId, code));
    return () =>
      codes
        .filter((code, index) => this.#forgotten(guildId, code) === before[index] && before[index] % 2 === 0)
        .map((code) => `${guildId}:${code}`);
  }

  /** What a host must not be offered: what it was told, and what the first store has while it answers. */
  #forbidden(host: Host, guildId: string, codes: readonly string[]): Forbidden {
    const reasons = new Map<string, string>();
    for (const code of codes) {
      const key = `${guildId}:${code}`;
      if (host.acknowledged.has(key)) reasons.set(code, 'its mark was acknowledged');
      else if (host.granted.has(key)) reasons.set(code, 'it was given out to be sent');
      else if (this.first.fault === 'none' && host.store.status().state === 'healthy' && this.first.has(guildId, code)) {
        reasons.set(code, FIRST_HAS_IT);
      }
    }
    return { reasons, wipes: this.#wipes, unforgotten: this.#watch(guildId, codes) };
  }

  #mustNot(host: Host, forbidden: Forbidden, guildId: string, code: string): void {
    const reason = forbidden.reasons.get(code);
    const key = `${guildId}:${code}`;
    // A code that was let go, or a first store that went away, while the call was under way.
    const still =
      reason === FIRST_HAS_IT
        ? forbidden.unforgotten().includes(key) &&
          forbidden.wipes === this.#wipes &&
          this.first.fault === 'none' &&
          this.first.has(guildId, code)
        : host.acknowledged.has(key) || host.granted.has(key);
    if (reason !== undefined && still) throw new Error(`offered ${code} to ${guildId} although ${reason}`);
  }

  async #crash(host: Host): Promise<void> {
    for (const member of host.members) member.dead = true;
    // The residue: a mirror's disk that fails, then a crash, then an outage. The mirror lacks something, and is read before the first store.
    const known = [...host.acknowledged, ...host.granted].map((key) => key.split(':') as [string, string]);
    const lacking = host.mirrors.some((disk) => known.some(([guild, code]) => !disk.has(guild, code)));
    Object.assign(host, this.#start(host.mirrors, host.witness), { claims: [] });
    if (!lacking) return;
    this.first.heal();
    for (const disk of host.mirrors) disk.heal();
    await quietly(host.store.ping());
  }

  /** What no mirror has is gone with the first store. */
  #wipeFirst(): void {
    this.first.wipe();
    this.#wipes += 1;
    for (const host of this.hosts) {
      const kept = (key: string, test: (disk: Disk, guild: string, code: string) => boolean): boolean => {
        const [guild, code] = key.split(':') as [string, string];
        return host.mirrors.some((disk) => test(disk, guild, code));
      };
      for (const key of host.acknowledged) {
        if (kept(key, (disk, guild, code) => disk.isSent(guild, code))) continue;
        host.acknowledged.delete(key);
        host.granted.add(key);
      }
      for (const key of host.granted) if (!kept(key, (disk, guild, code) => disk.has(guild, code))) host.granted.delete(key);
    }
  }

  /** The last host ends as a process should, with everything in the first store, and the others look who is left. */
  async leave(): Promise<void> {
    await this.#catchUp();
    await this.hosts.pop()?.store.close();
    this.#time.ms += PRESENCE_MS;
    await this.#catchUp();
  }

  /** Ends all faults, lets every host catch up, and checks that every store has all that was acknowledged. */
  async settle(): Promise<void> {
    await this.#catchUp();
    for (const host of this.hosts) {
      for (const key of host.acknowledged) {
        const [guild, code] = key.split(':') as [string, string];
        if (!this.first.isSent(guild, code)) throw new Error(`the first store lacks ${key}`);
        if (!(await host.store.isSent(guild, code))) throw new Error(`the chain lacks ${key}`);
      }
    }
  }

  async #catchUp(): Promise<void> {
    for (const disk of this.disks) disk.heal();
    for (const host of this.hosts) {
      // The limit of a call is 12 ms of real time, which a busy machine can exceed.
      for (let attempt = 0; attempt < 50 && host.store.status().state !== 'healthy'; attempt += 1)
        await quietly(host.store.ping());
      await quietly(host.store.ping());
      const { state } = host.store.status();
      if (state !== 'healthy') throw new Error(`${state} although all stores work: ${JSON.stringify(host.store.status())}`);
    }
  }

  async close(): Promise<void> {
    for (const disk of this.disks) disk.heal();
    for (const host of this.hosts) await host.store.close();
  }
}

function named(step: { readonly guild: number; readonly codes: readonly number[] }): { guildId: string; codes: string[] } {
  return { guildId: GUILDS[step.guild % GUILDS.length]!, codes: step.codes.map((code) => CODES[code % CODES.length]!) };
}

const EXPECTED = ['NOT_AUTHORITATIVE', 'ALL_STORES_FAILED', 'STORE_UNAVAILABLE', 'STORE_TIMEOUT', 'LEASE_LOST'];

/** `undefined` for a call that was refused for a reason that an outage gives. */
async function quietly<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if ((code !== undefined && EXPECTED.includes(code)) || /refuses|lost the connection|dead/.test(message)) return undefined;
    throw error;
  }
}
