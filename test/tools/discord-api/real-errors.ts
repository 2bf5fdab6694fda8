import { createRequire } from 'node:module';
import { REST, type RESTOptions } from '@discordjs/rest';
import type { DiscordApiControl } from './control-client.js';
import type { Fault, FaultName } from './faults.js';

/** The undici that the REST client itself uses; its agents do not work with another copy's errors. */
const requireFromRest = createRequire(createRequire(import.meta.url).resolve('@discordjs/rest'));
export const { Agent } = requireFromRest('undici') as { Agent: new (options: object) => NonNullable<RESTOptions['agent']> };

export const BOT_ID = '900000000000000001';
/** What every case tries to post. */
export const CONTENT = 'CODE';

export interface Target {
  readonly url: string;
  readonly channelId: string;
  readonly control: DiscordApiControl;
}

/** One way in which sending fails, as it really happens. */
export interface ErrorCase {
  readonly title: string;
  /** Played on the requests to the case's channel, one after another. */
  readonly faults?: readonly (FaultName | Fault)[];
  /** Whether people see the message though the sender got an error. */
  readonly posted: boolean;
  /** What the error must hold, as `shapeOf` gives it; the record of what a classifier can rely on. */
  readonly shape: Readonly<Record<string, unknown>>;
  readonly send: (target: Target) => Promise<unknown>;
}

export interface RealError {
  readonly error: unknown;
  readonly posted: boolean;
}

/** A REST client for the fake. No retries unless asked for: an error then tells of one request only. */
export function restFor(url: string, options: Partial<RESTOptions> = {}): REST {
  const rest = new REST({
    api: `${url}/api`,
    version: '10',
    retries: 0,
    hashSweepInterval: 0,
    handlerSweepInterval: 0,
    ...options,
  });
  return rest.setToken(`${BOT_ID}.secret`);
}

export function postWith(
  rest: REST,
  channelId: string,
  body: object = { content: CONTENT },
  signal?: AbortSignal,
): Promise<unknown> {
  return rest.post(`/channels/${channelId}/messages`, signal === undefined ? { body } : { body, signal });
}

/** Sends what a case sends. */
export const post = ({ url, channelId }: Target, options: Partial<RESTOptions> = {}): Promise<unknown> =>
  postWith(restFor(url, options), channelId);

/** Runs all cases at once, each in a channel of its own. Rejects if one of them does not fail. */
export async function provoke(
  url: string,
  control: DiscordApiControl,
  cases: readonly ErrorCase[],
): Promise<Map<string, RealError>> {
  const channelOf = (index: number): string => String(100_000_000_000_000_000n + BigInt(index));
  const rules = cases.flatMap(({ faults = [] }, index) =>
    faults.map((fault, position) => ({ channelId: channelOf(index), nth: position + 1, fault })),
  );
  await control.setFaults({ rules });
  const errors = await Promise.all(
    cases.map(async ({ title, send }, index) => {
      const outcome = await send({ url, channelId: channelOf(index), control }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (outcome === undefined) throw new Error(`${title}: nothing failed`);
      return outcome.error;
    }),
  );
  const ledger = await control.ledger();
  const isPosted = (channelId: string): boolean =>
    ledger.some((entry) => entry.kind === 'created' && entry.channelId === channelId && entry.content === CONTENT);
  return new Map(cases.map(({ title }, index) => [title, { error: errors[index], posted: isPosted(channelOf(index)) }]));
}

/** An error as plain data: own fields and the inherited `name` and `code`, its `cause` and `errors` likewise. */
export function shapeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { stack: _stack, ...own } = Object.fromEntries(
    Object.getOwnPropertyNames(error).map((key) => [key, (error as unknown as Record<string, unknown>)[key]]),
  );
  return {
    ...own,
    class: error.constructor.name,
    name: error.name,
    message: error.message,
    code: 'code' in error ? error.code : undefined,
    ...(error.cause === undefined ? {} : { cause: shapeOf(error.cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(shapeOf) } : {}),
  };
}
