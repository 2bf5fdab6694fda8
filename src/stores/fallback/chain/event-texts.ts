import type { Logger } from '../../../contract/logger.js';
import { errorText } from '../../../domain/error-text.js';
import type { FallbackEvent } from '../events.js';

/** An event as a log line. */
export function describeEvent(event: FallbackEvent): { readonly level: keyof Logger; readonly text: string } {
  switch (event.type) {
    case 'store-down':
      return { level: 'warn', text: `${event.store} is away: ${errorText(event.error)}` };
    case 'store-up':
      return { level: 'info', text: `${event.store} is up` };
    case 'degraded':
      return { level: 'warn', text: `degraded: going on without ${event.store}` };
    case 'recovered':
      return { level: 'info', text: `${event.store} has everything and decides` };
    case 'replayed':
      return { level: 'info', text: `replayed ${event.codes} codes that ${event.store} remembered` };
    case 'foreign-writer':
      return {
        level: 'warn',
        text: `somebody else writes guild ${event.guildId} too: an outage will hold it (seen beside ${event.store})`,
      };
    case 'other-mirrors':
      return event.live
        ? { level: 'warn', text: `another process has a mirror too: an outage will hold all guilds (seen beside ${event.store})` }
        : { level: 'info', text: `no other process has a mirror any more (seen beside ${event.store})` };
    case 'mirror-demoted':
      return { level: 'warn', text: `${event.store} missed a write and may not answer alone until it is copied again` };
    case 'guild-copied':
      return { level: 'info', text: `${event.store} has all ${event.records} records of guild ${event.guildId}` };
    case 'first-store-replaced':
      return {
        level: 'warn',
        text: `the first store is not the one that ${event.store} was kept beside: all that it knows goes up`,
      };
    case 'first-store-refilled':
      return { level: 'info', text: `${event.records} records of ${event.store} are in the first store` };
    case 'mirror-set-aside':
      return {
        level: 'error',
        text: `${event.store} was damaged and is filled again; the damaged data is at ${event.keptAt}: ${errorText(event.error)}`,
      };
    case 'witness-missed':
      return { level: 'warn', text: `${event.store} is back without ${event.codes} codes that were marked meanwhile` };
    case 'all-stores-failed':
      return { level: 'error', text: `CRITICAL: All persistence methods failed: ${event.errors.map(errorText).join(' | ')}` };
  }
}
