import type { CodeOutcome } from './report.js';

/**
 * What happens while codes are delivered, for metrics and logs.
 *
 * - `message`: a message was tried, and what became of it.
 * - `baseline`: what exists today was recorded for a new guild without being sent.
 * - `flood`: more codes were new than `maxNew` allows. Told once, and again when more codes are held back. `action` is what
 *   `onFlood` did: `hold`, `baseline`, or `chosen` by a function.
 * - `paused`: a permanent failure makes a guild, at its target, be left alone; `guildId` is `null` for all guilds, and `code` is
 *   there for one code that is refused again and again.
 * - `resumed`: that has ended: it is `over`, a message was `sent`, or `resume` was called.
 * - `renew-failed`: the store did not take a renewal; it is tried again a third of the lease later. Not after `LEASE_LOST`, which
 *   is final.
 * - `store-retry`: the store did not take what became of a message; it is tried again in `delayMs`.
 * - `late-success`: a `send` that had been abandoned succeeded. `error` is absent if that is recorded, else what the store said.
 * - `late-failure`: a `send` that had been abandoned failed.
 */
export type DeliveryEvent =
  | (MessageEvent & {
      readonly type: 'message';
      /** `sent`, `uncertain` or `failed`, with its details. */
      readonly outcome: CodeOutcome;
      /** Time from the call of `send` to what became of it, in ms. */
      readonly durationMs: number;
    })
  | { readonly type: 'baseline'; readonly guildId: string; readonly codes: readonly string[] }
  | {
      readonly type: 'flood';
      readonly guildId: string;
      /** The codes that were counted. */
      readonly codes: readonly string[];
      readonly maxNew: number;
      readonly action: 'hold' | 'baseline' | 'chosen';
    }
  | (PauseEvent & { readonly type: 'paused'; readonly since: Date; readonly until: Date; readonly why: string })
  | (PauseEvent & { readonly type: 'resumed'; readonly because: 'over' | 'sent' | 'resumed' })
  | (MessageEvent & { readonly type: 'renew-failed'; readonly error: unknown })
  | (MessageEvent & { readonly type: 'store-retry'; readonly error: unknown; readonly delayMs: number })
  | (MessageEvent & { readonly type: 'late-success'; readonly error?: unknown })
  | (MessageEvent & { readonly type: 'late-failure'; readonly error: unknown });

interface PauseEvent {
  /** `null`: all guilds. */
  readonly guildId: string | null;
  readonly target?: string;
  /** Identity of the one code that is left alone. */
  readonly code?: string;
}

interface MessageEvent {
  readonly guildId: string;
  readonly messageId: string;
  readonly attempt: number;
  /** The codes of the message, as the first to claim it wrote them. */
  readonly codes: readonly string[];
}
