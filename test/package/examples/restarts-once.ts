import { expect } from 'vitest';
import type { ExampleProcess } from './example-process.js';
import type { Platform, Site } from './world.js';

export interface Lives {
  readonly site: Site;
  readonly platform: Platform;
  readonly start: () => ExampleProcess;
  /** Looks at each life before it is killed. */
  readonly look?: (life: ExampleProcess) => Promise<void>;
}

/** Killed at the worst moment, a message has arrived and nobody said so, and started again: it goes on, and sends nothing twice. */
export async function restartsOnce({ site, platform, start, look = async () => undefined }: Lives): Promise<void> {
  site.list('OLD');
  let life = start();
  // Asked for the third time: two rounds are over.
  await life.during(site.asked(3));
  await life.during(look(life));
  platform.hangNext();
  site.list('OLD', 'FIRST');
  await life.during(platform.received('FIRST'));
  await life.kill();

  site.list('OLD', 'FIRST', 'SECOND');
  life = start();
  await life.during(platform.received('SECOND'));
  await life.during(site.asked(3));
  await life.during(look(life));
  await life.kill();

  const names = platform.posted().flatMap((body) => body.match(/OLD|FIRST|SECOND/g) ?? []);
  expect(names, platform.posted().join('\n')).toEqual(['FIRST', 'SECOND']);
}
