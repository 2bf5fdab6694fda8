import { channel, tracingChannel } from 'node:diagnostics_channel';

/**
 * Channels of `node:diagnostics_channel`, for metrics and traces. Without a subscriber nothing is
 * made for them. An exception in a subscriber is an uncaught exception of the process.
 */
export const CHANNELS = {
  /** Each {@link DeliveryEvent}, with the name of the store as `store`. */
  message: channel('sent-code-store:message'),
  /** Each {@link ClaimEvent}. */
  claim: channel('sent-code-store:claim'),
  /** Each {@link StoreEvent}. */
  store: channel('sent-code-store:store'),
  /** Each {@link FallbackEvent}, with the name of the chain as `chain`. */
  fallback: channel('sent-code-store:fallback'),
};

/** The calls of every store, as `tracing:sent-code-store:call:start` and so on. */
export const CALLS = tracingChannel<unknown, StoreCall>('sent-code-store:call');

/** A call of a store to its data: the context of the tracing channel `sent-code-store:call`. */
export interface StoreCall {
  /** The store's name. A member of a chain has calls of its own. */
  readonly store: string;
  /** What the call does. */
  readonly operation: 'read' | 'mark' | 'claim' | 'confirm' | 'renew' | 'release' | 'settle' | 'remove' | 'removeGuild' | 'ping';
  /** Number of codes that the call is about; 0 where it is about none, or about a guild. */
  readonly codes: number;
  /** Why the call failed, if it did. */
  readonly error?: unknown;
}

/** A claim, or what became of a held code: on the channel `sent-code-store:claim`. */
export type ClaimEvent =
  | {
      readonly type: 'claim';
      readonly store: string;
      readonly guildId: string;
      readonly messageId: string;
      /** Number of codes that were asked for, and of those that the claim has got. */
      readonly codes: number;
      readonly won: number;
    }
  /** A step of the owner: the message went out, needs more time, or is given back. */
  | {
      readonly type: 'confirm' | 'renew' | 'release';
      readonly store: string;
      readonly guildId: string;
      readonly messageId: string;
      /** Number of codes of the step. */
      readonly codes: number;
      /** Of those the codes that the claim had lost. Not known of a release. */
      readonly lost?: number;
      /** How a release gives the codes back. */
      readonly outcome?: 'not-sent' | 'uncertain' | 'unsent';
    }
  | {
      readonly type: 'renew' | 'release' | 'unsent' | 'resize' | 'take' | 'resolve';
      readonly store: string;
      readonly guildId: string;
      readonly code: string;
      /** The state afterwards. */
      readonly state: 'absent' | 'claimed' | 'uncertain' | 'sent';
    };

/** A store was opened or closed, or could not be opened: on `sent-code-store:store`. */
export type StoreEvent =
  | { readonly type: 'opened' | 'closed'; readonly store: string }
  | { readonly type: 'open-failed'; readonly store: string; readonly error: unknown };
