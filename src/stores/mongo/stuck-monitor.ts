import type { Logger } from '../../contract/logger.js';
import type { Clock } from '../../domain/clock.js';

/** The driver's own defaults, in ms, where a client does not say. */
const DEFAULTS = { connectTimeoutMS: 30_000, heartbeatFrequencyMS: 10_000 };
const HEARTBEATS = ['serverHeartbeatStarted', 'serverHeartbeatSucceeded', 'serverHeartbeatFailed'] as const;
const SERVER_CLOSED = 'serverClosed';

/** What is used of a client's events. */
interface EventSource {
  on(event: string, listener: (event: Heartbeat) => void): unknown;
  off(event: string, listener: (event: Heartbeat) => void): unknown;
  readonly options?: Partial<Record<keyof typeof DEFAULTS, unknown>>;
}

interface Heartbeat {
  /** Address of the server, in heartbeats. */
  readonly connectionId?: string;
  /** Address of the server, in other events. */
  readonly address?: string;
}

/**
 * Watches whether a client that the store did not make still looks for its servers. The driver asks
 * each server at least every `heartbeatFrequencyMS`, and gives up a request after
 * `connectTimeoutMS`. After a longer time than both together without any event of a server, the
 * client has stopped asking it, and will not find it again.
 */
export class StuckMonitor {
  readonly #source: EventSource | undefined;
  readonly #logger: Logger;
  readonly #storeName: string;
  readonly #clock: Clock;
  /** When the last event of each server was, on the monotonic clock. */
  readonly #heard = new Map<string, number>();
  #isTold = false;

  constructor(client: unknown, context: { readonly storeName: string; readonly logger: Logger; readonly clock: Clock }) {
    this.#source = isEventSource(client) ? client : undefined;
    this.#logger = context.logger;
    this.#storeName = context.storeName;
    this.#clock = context.clock;
    for (const event of HEARTBEATS) this.#source?.on(event, this.#onHeartbeat);
    this.#source?.on(SERVER_CLOSED, this.#onClosed);
  }

  /**
   * What to do, for the error of a command that found no server; `undefined` if the client still
   * looks. Also logged, once.
   */
  advice(): string | undefined {
    const limit = this.#limitOf('connectTimeoutMS') + this.#limitOf('heartbeatFrequencyMS');
    const now = this.#clock.monotonic();
    const stuck = [...this.#heard].filter(([, at]) => now - at > limit).map(([address]) => address);
    if (stuck.length === 0) return undefined;
    const text =
      `The client has stopped looking for ${stuck.join(', ')} and will not find it again, which is a defect of the driver. ` +
      'Close the client, and make a new client and a new store; or give the store a uri, and it does that by itself.';
    if (!this.#isTold) this.#logger.error(`${this.#storeName}: ${text}`);
    this.#isTold = true;
    return text;
  }

  /** Takes its listeners off the client. */
  stop(): void {
    for (const event of HEARTBEATS) this.#source?.off(event, this.#onHeartbeat);
    this.#source?.off(SERVER_CLOSED, this.#onClosed);
  }

  /** A limit of the client in ms. Infinite if the caller has turned it off. */
  #limitOf(name: keyof typeof DEFAULTS): number {
    const value = this.#source?.options?.[name];
    if (typeof value !== 'number') return DEFAULTS[name];
    return value === 0 ? Infinity : value;
  }

  readonly #onHeartbeat = ({ connectionId }: Heartbeat): void => {
    if (connectionId !== undefined) this.#heard.set(connectionId, this.#clock.monotonic());
  };

  readonly #onClosed = ({ address }: Heartbeat): void => {
    if (address !== undefined) this.#heard.delete(address);
  };
}

function isEventSource(client: unknown): client is EventSource {
  return (
    typeof client === 'object' &&
    client !== null &&
    typeof (client as Partial<EventSource>).on === 'function' &&
    typeof (client as Partial<EventSource>).off === 'function'
  );
}
