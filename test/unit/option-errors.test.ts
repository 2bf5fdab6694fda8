import fc from 'fast-check';
import {
  announce,
  FallbackStore,
  InvalidInputError,
  JsonFileStore,
  LegacyAdapterStore,
  legacyStateCollection,
  legacyStateFile,
  MemoryStore,
  migrateLegacyState,
  MongoStore,
  resetGuild,
  resetMigration,
  sendOnce,
} from 'sent-code-store';
import { runConformance, testSentCodeStore } from 'sent-code-store/conformance';
import { discordDelivery, discordNonce, findDiscordDelivery } from 'sent-code-store/discord';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/domain/nearest.js';

type Options = Readonly<Record<string, unknown>>;

interface Case {
  /** Takes the options; lazily, so that nothing is opened. */
  readonly call: (options: never) => unknown;
  readonly good: Options;
  readonly misspelled: readonly [written: string, meant: string];
  /** A wrong type, and what the text says to pass. */
  readonly wrong: readonly [option: string, value: unknown, pass: string];
  /** Needed options, each with the code of its error. */
  readonly needed?: Readonly<Record<string, string>>;
  /** A number out of its range, and the range with its unit. */
  readonly range?: readonly [option: string, value: number, range: string];
}

const store = new MemoryStore();
const adapter = { getState: async () => ({ sent: {} }), setState: async () => true };
const collection = { namespace: 'a.b', findOne: async () => null, findOneAndUpdate: async () => null };
const delivery = { codes: ['A'], send: async () => undefined };
const supports = store.supports;
const client = { user: null, options: { rest: { retries: 0 } }, rest: { get: async () => [] }, channels: {} };
const create = async (): Promise<never> => Promise.reject(new Error('no fixture'));
const lease = ['leaseMs', 10, 'a whole number of ms, 1 000 to 86 400 000'] as const;

const CASES: Readonly<Record<string, Case>> = {
  MemoryStore: {
    call: (options) => new MemoryStore(options),
    good: { name: 'x' },
    misspelled: ['leasMs', 'leaseMs'],
    wrong: ['name', 7, 'a string of 1 to 100 characters'],
    range: lease,
  },
  JsonFileStore: {
    call: (options) => new JsonFileStore(options),
    good: { path: 'sent.json' },
    misspelled: ['Path', 'path'],
    wrong: ['create', 'always', '"if-missing" or "never"'],
    needed: { path: 'INVALID_OPTION' },
    range: ['lockTimeoutMs', -1, 'a whole number of ms, 0 to 2 147 483 647'],
  },
  MongoStore: {
    call: (options) => new MongoStore(options),
    good: { uri: 'mongodb://127.0.0.1:1/' },
    misspelled: ['url', 'uri'],
    wrong: ['uri', 'localhost', 'a URI that begins with mongodb:// or mongodb+srv://'],
    needed: { uri: 'INVALID_OPTION' },
    range: ['operationTimeoutMs', 0, 'a whole number of ms, 1 to 86 400 000'],
  },
  FallbackStore: {
    call: (options) => new FallbackStore([new MemoryStore()], options),
    good: { trust: 'synced' },
    misspelled: ['timeout', 'operationTimeoutMs'],
    wrong: ['whenDegraded', 'stop', '"auto", "continue" or "hold"'],
    range: ['probeAfterMs', 1e9, 'a whole number of ms, 0 to 30 000'],
  },
  LegacyAdapterStore: {
    call: (options) => new LegacyAdapterStore(adapter, options),
    good: { name: 'x' },
    misspelled: ['loger', 'logger'],
    wrong: ['logger', {}, 'an object with info(), warn(), error()'],
    range: lease,
  },
  legacyStateFile: {
    call: (options) => legacyStateFile('state.json', options),
    good: { create: 'never' },
    misspelled: ['creat', 'create'],
    wrong: ['create', true, '"if-missing" or "never"'],
    range: ['lockTimeoutMs', 0.5, 'a whole number of ms, 0 to 2 147 483 647'],
  },
  legacyStateCollection: {
    call: (options) => legacyStateCollection(collection, options),
    good: { create: 'never' },
    misspelled: ['Create', 'create'],
    wrong: ['create', 'yes', '"if-missing" or "never"'],
  },
  sendOnce: {
    call: (options) => sendOnce(new MemoryStore(), options),
    good: { ...delivery, guildId: '1' },
    misspelled: ['guildID', 'guildId'],
    wrong: ['firstRun', 'skip', '"send", "baseline" or a function'],
    needed: { guildId: 'INVALID_GUILD_ID', codes: 'INVALID_CODES', send: 'INVALID_OPTION' },
    range: ['maxPerMessage', 0, 'a whole number of codes, 1 or more'],
  },
  announce: {
    call: (options) => announce(new MemoryStore(), options),
    good: { ...delivery, guilds: ['1'] },
    misspelled: ['guild', 'guilds'],
    wrong: ['report', 'none', '"full" or "counts"'],
    needed: { guilds: 'INVALID_OPTION', codes: 'INVALID_CODES', send: 'INVALID_OPTION' },
    range: ['concurrency', 5000, 'a whole number of guilds at once, 1 to 1 000'],
  },
  migrateLegacyState: {
    call: (options) => migrateLegacyState(options),
    good: { from: { sent: {} }, to: new MemoryStore() },
    misspelled: ['globalcode', 'globalCodes'],
    wrong: ['globalCodes', 'none', '"every-guild", "skip" or a function'],
    needed: { from: 'INVALID_OPTION', to: 'INVALID_OPTION' },
  },
  findDiscordDelivery: {
    call: (options) => findDiscordDelivery(options),
    good: { client },
    misspelled: ['rendr', 'render'],
    wrong: ['matches', 'ABC', 'a function'],
    needed: { client: 'INVALID_OPTION' },
  },
  discordDelivery: {
    call: (options) => discordDelivery(options),
    good: { client, channelOf: () => '1', render: () => 'A' },
    misspelled: ['chanelOf', 'channelOf'],
    wrong: ['client', {}, 'the Client of discord.js'],
    needed: { client: 'INVALID_OPTION', channelOf: 'INVALID_OPTION', render: 'INVALID_OPTION' },
  },
  resetGuild: {
    call: (options) => resetGuild(new MemoryStore(), '1', options),
    good: { keep: [] },
    misspelled: ['kep', 'keep'],
    wrong: ['keep', 'ABC', 'an array or a Set of codes, or a function that gives one'],
    needed: { keep: 'INVALID_OPTION' },
  },
  resetMigration: {
    call: (options) => resetMigration(new MemoryStore(), options),
    good: { name: 'x' },
    misspelled: ['nam', 'name'],
    wrong: ['name', 7, 'a string that is not empty'],
  },
  runConformance: {
    call: (options) => runConformance(options),
    good: { supports, create },
    misspelled: ['support', 'supports'],
    wrong: ['supports', { claims: true }, 'what the store supports'],
    needed: { supports: 'INVALID_OPTION', create: 'INVALID_OPTION' },
    range: ['timeoutMs', 0, 'a whole number of ms, 1 to 2 147 483 647'],
  },
  testSentCodeStore: {
    call: (options) => testSentCodeStore(options),
    good: { name: 'x', supports, create, describe: () => undefined, it: () => undefined },
    misspelled: ['descibe', 'describe'],
    wrong: ['create', 'store', 'a function'],
    needed: { name: 'INVALID_OPTION', supports: 'INVALID_OPTION', create: 'INVALID_OPTION' },
    range: ['timeoutMs', 1e12, 'a whole number of ms, 1 to 2 147 483 647'],
  },
  markSent: {
    call: (options) => store.markSent('1', ['A'], options),
    good: { source: 'manual' },
    misspelled: ['sorce', 'source'],
    wrong: ['sentAt', 5, 'a valid Date'],
  },
  claim: {
    call: (options) => new MemoryStore().claim('1', ['A'], options),
    good: { leaseMs: 5000 },
    misspelled: ['lease', 'leaseMs'],
    wrong: ['leaseMs', '5s', 'a whole number of ms'],
    range: lease,
  },
  takeUncertain: {
    call: (options) => store.takeUncertain('1', options),
    good: { withinMs: 5 },
    misspelled: ['within', 'withinMs'],
    wrong: ['withinMs', '5s', 'a number of ms, 0 or more'],
    range: ['withinMs', -1, 'a number of ms, 0 or more'],
  },
};

async function refusal(call: (options: never) => unknown, options: unknown): Promise<InvalidInputError | undefined> {
  try {
    await call(options as never);
    return undefined;
  } catch (error) {
    // A call that gets further than its options may fail for other reasons.
    return error instanceof InvalidInputError ? error : undefined;
  }
}

function without(options: Options, option: string): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== option));
}

/** Words of the validator, none of which a person should have to read. */
const VALIDATOR = /expected|received|invalid input|nonoptional|too small|too big|unrecognized/i;

describe.each(Object.entries(CASES))('options of %s', (owner, { call, good, misspelled, wrong, needed = {}, range }) => {
  it('are accepted if nothing is wrong', async () => {
    expect(await refusal(call, good)).toBeUndefined();
  });

  it('with a misspelled name, before all else that is wrong', async () => {
    const [written, meant] = misspelled;
    const error = await refusal(call, { ...without(good, meant), [wrong[0]]: wrong[1], [written]: good[meant] });
    expect(error).toMatchObject({
      code: 'INVALID_OPTION',
      argument: written,
      message: `${owner}: unknown option "${written}". Did you mean ${meant}?`,
    });
  });

  it('with a name that resembles none: the error lists them, the needed ones first', async () => {
    const error = await refusal(call, { ...good, quux: 1 });
    const first = Object.keys(needed).filter((name) => owner !== 'MongoStore' || name !== 'uri');
    expect(error?.message).toMatch(new RegExp(`^${owner}: unknown option "quux"\\. The options are \\w+`));
    for (const name of first) expect(error?.message).toContain(`${name} (needed)`);
    expect(error?.message.match(/\(needed\)/g) ?? []).toHaveLength(first.length);
  });

  it('with a value of another type', async () => {
    const [option, value, pass] = wrong;
    const error = await refusal(call, { ...good, [option]: value });
    expect(error).toMatchObject({ code: 'INVALID_OPTION', argument: option });
    expect(error?.message).toMatch(new RegExp(`^${owner}: ${option} is .+\\. Pass `));
    expect(error?.message).toContain(`Pass ${pass}`);
  });

  it('that are missing', async () => {
    for (const [option, code] of Object.entries(needed)) {
      const error = await refusal(call, without(good, option));
      expect(error, option).toMatchObject({ code, argument: option });
      expect(error?.message, option).toMatch(/ is (missing|undefined)\. Pass |it needs one of/);
    }
  });

  it.each([
    ['a string', '"text"'],
    ['null', 'null'],
    ['a list', 'an array of 0'],
  ])('that are %s', async (kind, shown) => {
    const given = { 'a string': 'text', null: null, 'a list': [] }[kind];
    const error = await refusal(call, given);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', argument: 'options' });
    expect(error?.message).toMatch(new RegExp(`^${owner}: options is .*${shown}\\. Pass an object`));
  });

  it('are never refused in the words of the validator, whatever is wrong with them', async () => {
    const value = fc.constantFrom<unknown>(
      ...[undefined, null, NaN, -1, 0.5, 1e12, '', 'x', 'x'.repeat(2000), true, 7n, Symbol('x'), [], {}, new Date(NaN)],
    );
    const names = [...Object.keys(good), misspelled[1], wrong[0], range?.[0] ?? 'name', 'zzz'];
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }), fc.boolean(), async (some, alone) => {
        const error = await refusal(call, alone ? some : { ...good, ...some });
        expect(error?.message ?? '').not.toMatch(VALIDATOR);
      }),
      { numRuns: 60 },
    );
  });
});

it.each(Object.entries(CASES).filter(([, { range }]) => range !== undefined))(
  'options of %s with a number out of its range',
  async (owner, { call, good, range }) => {
    const [option, value, words] = range!;
    expect(await refusal(call, { ...good, [option]: value })).toMatchObject({
      code: 'INVALID_OPTION',
      argument: option,
      message: `${owner}: ${option} is the number ${value}. Pass ${words}.`,
    });
  },
);

describe('arguments that are no options', () => {
  it('the id of discordNonce', () => {
    const make = discordNonce as () => string;
    expect(() => make()).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', argument: 'messageId' }));
    expect(() => make()).toThrow(/^discordNonce: messageId is undefined\. Pass the messageId that send\(\) is given/);
  });

  it('a claim, as a whole and by its fields', async () => {
    const { claim } = await new MemoryStore().claim('1', ['A']);
    for (const [given, argument] of [
      [undefined, 'claim'],
      ['x', 'claim'],
      [{}, 'codes'],
      [{ ...claim, token: undefined }, 'token'],
      [{ ...claim, leaseMs: 1 }, 'leaseMs'],
      [{ ...claim, attempt: 0 }, 'attempt'],
    ] as const) {
      const error = await refusal((value) => store.confirm(value), given);
      expect(error, argument).toMatchObject({ code: 'INVALID_OPTION', argument });
      expect(error?.message).not.toMatch(VALIDATOR);
    }
  });

  it('a group of the kit that does not exist', async () => {
    const error = await refusal((options) => runConformance(options), { supports, create, skip: { outage: 'x' } });
    expect(error?.message).toContain('there is no group "outage" to skip. Did you mean "outages"?');
  });
});

describe('the name that somebody meant', () => {
  it.each([
    ['guildID', 'guildId'],
    ['GUILDID', 'guildId'],
    ['leaseMS', 'leaseMs'],
    ['lease', 'leaseMs'],
    ['retry', 'retryWithinMs'],
    ['snd', 'send'],
    ['x', undefined],
    ['', undefined],
    ['webhook', undefined],
    ['x'.repeat(100_000), undefined],
  ])('by %s is %s', (written, meant) => {
    expect(nearest(written, ['guildId', 'leaseMs', 'send', 'retryWithinMs'])).toBe(meant);
  });
});

describe('every option that a delivery or a claim has since', () => {
  const claim = { guildId: '1', codes: ['A'], token: 't', messageId: 'm', leaseMs: 60_000, attempt: 1 };
  const send = (option: object): unknown => sendOnce(new MemoryStore(), { ...delivery, guildId: '1', ...option } as never);
  const short = 'a string of 1 to 200 characters';
  it.for<[string, () => unknown, string]>([
    ['maxNew', () => send({ maxNew: 0 }), 'a whole number of codes, 1 or more'],
    ['onFlood', () => send({ onFlood: 'send' }), '"hold", "baseline" or a function'],
    ['allowFlood', () => send({ allowFlood: 'yes' }), 'true, false or a function'],
    ['pausePermanentMs', () => send({ pausePermanentMs: -1 }), 'a number of ms, 0 or more'],
    ['target', () => send({ target: '' }), `${short}, or a function`],
    ['findDelivery', () => send({ findDelivery: true }), 'a function'],
    ['settleMs', () => send({ settleMs: '30s' }), 'a number of ms, 0 or more'],
    ['receiptOf', () => send({ receiptOf: 'id' }), 'a function'],
    ['receipt', () => store.markSent('1', ['A'], { receipt: 'x'.repeat(201) }), short],
    ['target', () => store.claim('1', ['A'], { target: '\ud800' }), short],
    ['purpose', () => store.takeUncertain('1', { purpose: 'look' } as never), '"retry" or "ask"'],
    ['messageId', () => store.takeUncertain('1', { messageId: '' }), 'a string that is not empty'],
    ['target', () => store.restart(claim, { target: 7 } as never), short],
    [
      'attempt',
      () => store.resolveUncertain('1', ['A'], 'sent', { messageId: 'm', attempt: 0 }),
      'a whole number of tries, 1 or more',
    ],
  ])('%s: the error says what to pass', async ([option, call, words]) => {
    const error = await refusal(call, undefined);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', argument: option });
    expect(error?.message).toContain(words);
  });
});
