import { MemoryStore } from 'sent-code-store';
import type { Fixture } from 'sent-code-store/conformance';
import { ManualClock } from './manual-clock.js';

/** A MemoryStore on a clock of its own. */
export function memoryFixture(): Fixture {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock });
  return {
    store,
    advance: async (ms) => clock.advance(ms),
    dispose: () => store.close(),
  };
}
