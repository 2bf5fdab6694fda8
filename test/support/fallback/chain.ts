import { onTestFinished } from 'vitest';
import { type FallbackEvent, FallbackStore, type FallbackStoreOptions } from 'sent-code-store';
import { ManualClock } from '../stores/manual-clock.js';
import { Disk, DiskStore } from './disk-store.js';

/** Disks, and processes with a chain over them. */
export interface TestChain {
  readonly first: Disk;
  readonly mirrors: readonly Disk[];
  readonly witness: Disk;
  readonly clock: ManualClock;
  readonly events: FallbackEvent[];
  /** One more process. Those before it are dead. */
  start(options?: FallbackStoreOptions): FallbackStore;
  /** The first store for another process, without a chain. */
  stranger(): DiskStore;
}

/** A chain of a first store, mirrors and perhaps a witness, over disks that a test can break. All is closed after the test. */
export function newChain(mirrorCount = 1, hasWitness = false): TestChain {
  const clock = new ManualClock();
  const [first, witness] = [new Disk(), new Disk()];
  const mirrors = Array.from({ length: mirrorCount }, () => new Disk());
  const events: FallbackEvent[] = [];
  let members: DiskStore[] = [];
  const stores: { close(): Promise<void> }[] = [];
  onTestFinished(async () => {
    for (const disk of [first, witness, ...mirrors]) {
      disk.heal();
      disk.before = disk.after = () => undefined;
    }
    for (const store of stores) await store.close();
  });
  return {
    first,
    mirrors,
    witness,
    clock,
    events,
    start: (options = {}) => {
      for (const member of members) member.dead = true;
      members = [
        new DiskStore(first, 'shared', { clock, name: 'first' }),
        ...mirrors.map((disk, index) => new DiskStore(disk, 'mirror', { clock, name: `mirror ${index}` })),
        ...(hasWitness ? [new DiskStore(witness, 'witness', { clock, name: 'witness' })] : []),
      ];
      const onEvent = (event: FallbackEvent): void => void events.push(event);
      const store = new FallbackStore(members, { clock, operationTimeoutMs: 500, probeAfterMs: 1000, onEvent, ...options });
      stores.push(store);
      return store;
    },
    stranger: () => {
      const store = new DiskStore(first, 'shared', { clock, name: 'stranger' });
      stores.push(store);
      return store;
    },
  };
}
