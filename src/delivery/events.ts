import type { DeliveryOutcome } from '../contract/types.js';
import type { CodeOutcome } from './outcomes.js';

/**
 * What happens while codes are delivered, for metrics and logs.
 *
 * - `message`: a message was tried; `outcome` says how it ended.
 * - `baseline`: for a new guild, today's codes were recorded without being sent.
 * - `flood`: more codes were new than `maxNew` allows. Emitted once, and again when more codes are
 *   held back. `action` says what `onFlood` did: `hold`, `baseline`, or `chosen` by a function.
 * - `paused`: after a permanent failure a guild is left alone at its target. `guildId` is `null` if
 *   all guilds are left alone. `code` is present if one code is left alone.
 * - `resumed`: a pause has ended: its time is `over`, a message was `sent`, or `resume` was called
 *   (`resumed`).
 * - `asked`: the platform was asked about a message that may have arrived. `outcome` is its answer:
 *   `sent` is recorded, `not-sent` is sent anew or freed. `uncertain` is asked again after
 *   `nextAskAt`.
 * - `ask-failed`: the store did not list, hand over or take back uncertain messages. The next call
 *   tries again. Reported here because the codes may be ones that are not offered any more.
 * - `renew-failed`: the store did not renew a lease. The renewal is tried again a third of the
 *   lease later, except after `LEASE_LOST`, which is final.
 * - `store-retry`: the store did not record how a message ended. The call is tried again in
 *   `delayMs`.
 * - `late-success`: a `send` succeeded after it had been abandoned. `error` is the store's error if
 *   the success could not be recorded.
 * - `late-failure`: a `send` failed after it had been abandoned.
 */
export type DeliveryEvent =
  | (MessageEvent & {
      readonly type: 'message';
      /** `sent`, `uncertain` or `failed`, with details. */
      readonly outcome: CodeOutcome;
      /** Time from the start of the message to its outcome, in ms. */
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
  | (MessageEvent & {
      readonly type: 'asked';
      readonly outcome: DeliveryOutcome;
      /** Why, for people. */
      readonly detail?: string;
      readonly error?: unknown;
      readonly nextAskAt?: Date;
    })
  | { readonly type: 'ask-failed'; readonly guildId: string; readonly error: unknown }
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
  /** The codes of the message, as the first claimant wrote them. */
  readonly codes: readonly string[];
}
