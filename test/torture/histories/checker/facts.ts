import type { Claim, ClaimResult, ConfirmResult, GuildCodes, MarkSentResult, TakenClaim } from 'sent-code-store';
import type { Call } from '../history.js';

/** What a caller was told of a code, or did to it. Keys are `guild:CODE`. */
export type Fact =
  /** The code is sent. */
  | { readonly is: 'sent'; readonly key: string; readonly source?: string | null }
  /** The code is not sent: free to be claimed, claimed by somebody, uncertain, or it is not known which. */
  | { readonly is: 'unsent'; readonly key: string; readonly state: 'free' | 'claimed' | 'uncertain' | 'unknown' }
  /** The caller is the one that made the code sent. */
  | { readonly is: 'marked'; readonly key: string; readonly source: string }
  /** The caller may send the code until its lease ends. */
  | { readonly is: 'lease'; readonly key: string; readonly token: string; readonly leaseMs: number }
  /** The caller does not count on its lease any more. */
  | { readonly is: 'let go'; readonly key: string; readonly token: string }
  /** The caller was told that it held the code until it was sent. */
  | { readonly is: 'kept'; readonly key: string; readonly token: string }
  /** The caller was told that its lease is lost. */
  | { readonly is: 'lost'; readonly key: string; readonly token: string }
  /** The call may make the code free: by its owner, by a decision, or because somebody forgets it. */
  | { readonly is: 'removal'; readonly key: string; readonly by: 'release' | 'resolve' | 'forget'; readonly token?: string }
  /** All codes of a guild that are sent, or their number. */
  | { readonly is: 'listing'; readonly guildId: string; readonly keys?: ReadonlySet<string>; readonly total: number }
  /** The guilds that have records. */
  | { readonly is: 'guilds'; readonly guildIds: readonly string[] };

interface GuildMarks extends MarkSentResult {
  readonly guildId: string;
}

/** The forgetting of all codes of a guild is that of a key of this form. */
export const allOf = (guildId: string): string => `${guildId}:*`;

const keyOf = (guildId: unknown, code: string): string => `${String(guildId)}:${code}`;
const keysOf = (guildId: unknown, codes: readonly string[]): string[] => codes.map((code) => keyOf(guildId, code));

const STATES = { absent: 'free', claimed: 'claimed', uncertain: 'uncertain' } as const;

/** The facts of one call. What a call does, it may have done too if it was not answered. */
export function factsOf(call: Call): Fact[] {
  return [...deedsOf(call), ...(call.error === undefined && call.end !== Infinity ? wordsOf(call) : lossesOf(call))];
}

/** What a caller does, whatever it is told. */
function deedsOf({ method, args }: Call): Fact[] {
  const [first, second, third] = args;
  if (method === 'confirm' || method === 'release') {
    const claim = first as TakenClaim;
    const codes = ((method === 'confirm' ? second : third) as readonly string[] | null | undefined) ?? claim.codes;
    const keys = keysOf(claim.guildId, codes);
    const letGo = keys.map((key): Fact => ({ is: 'let go', key, token: claim.token }));
    // Of a retry, and of an owner that only asked, "not-sent" says nothing of the tries before.
    const isFirstTry = claim.attempt === 1 && (claim.idleMs ?? null) === null;
    const frees = method === 'release' && (second === 'unsent' || (second === 'not-sent' && isFirstTry));
    return [...letGo, ...(frees ? keys.map((key): Fact => ({ is: 'removal', key, by: 'release', token: claim.token })) : [])];
  }
  if (method === 'resolveUncertain' && third === 'not-sent')
    return keysOf(first, second as readonly string[]).map((key) => ({ is: 'removal', key, by: 'resolve' }));
  if (method === 'forget') return keysOf(first, second as readonly string[]).map((key) => ({ is: 'removal', key, by: 'forget' }));
  if (method === 'clearGuild') return [{ is: 'removal', key: allOf(first as string), by: 'forget' }];
  return [];
}

/** What a caller learns from a refusal. */
function lossesOf({ args, error, lost = [] }: Call): Fact[] {
  if (error !== 'LEASE_LOST') return [];
  const { guildId, token } = args[0] as Claim;
  return keysOf(guildId, lost).map((key) => ({ is: 'lost', key, token }));
}

/** What a caller is told. */
function wordsOf({ id, method, args, value }: Call): Fact[] {
  const [first, second, third] = args;
  switch (method) {
    case 'markSent':
      return wordsOfMarks(id, [{ guildId: first as string, ...(value as MarkSentResult) }]);
    case 'markSentMany':
      return wordsOfMarks(id, value as GuildMarks[]);
    case 'confirm': {
      const { marked, alreadySent, leaseLost } = value as ConfirmResult;
      const { guildId, token } = first as Claim;
      const kept = leaseLost ? [] : keysOf(guildId, marked).map((key): Fact => ({ is: 'kept', key, token }));
      return [...wordsOfMarks(id, [{ guildId, marked, alreadySent }]), ...kept];
    }
    case 'resolveUncertain': {
      const keys = keysOf(first, second as readonly string[]);
      if (third !== 'sent' || value !== keys.length) return [];
      return keys.flatMap((key): Fact[] => [
        { is: 'sent', key },
        { is: 'marked', key, source: 'manual' },
      ]);
    }
    case 'filterUnsent':
      return keysOf(first, value as string[]).map((key) => ({ is: 'unsent', key, state: 'free' }));
    case 'filterUnsentMany':
      return (value as GuildCodes<string[]>[]).flatMap(({ guildId, codes }) =>
        keysOf(guildId, codes).map((key): Fact => ({ is: 'unsent', key, state: 'free' })),
      );
    case 'claim': {
      const { claim, claimed, alreadySent, uncertain } = value as ClaimResult;
      return [
        ...keysOf(first, claimed).map((key): Fact => ({ is: 'unsent', key, state: 'free' })),
        ...keysOf(first, uncertain).map((key): Fact => ({ is: 'unsent', key, state: 'uncertain' })),
        ...keysOf(first, alreadySent).map((key): Fact => ({ is: 'sent', key })),
        ...(claim === undefined ? [] : leasesOf([claim])),
      ];
    }
    case 'renew':
    case 'restart':
      return leasesOf([value as Claim]);
    case 'takeUncertain':
      return [
        ...leasesOf(value as TakenClaim[]),
        ...(value as TakenClaim[]).flatMap(({ guildId, codes }) =>
          keysOf(guildId, codes).map((key): Fact => ({ is: 'unsent', key, state: 'uncertain' })),
        ),
      ];
    case 'listUncertain':
      return (value as { guildId: string; code: string }[]).map(({ guildId, code }) => ({
        is: 'unsent',
        key: keyOf(guildId, code),
        state: 'uncertain',
      }));
    case 'states':
      return wordsOfStates(first, value);
    case 'statesMany':
      return (value as { guildId: string; states: unknown }[]).flatMap(({ guildId, states }) => wordsOfStates(guildId, states));
    case 'isSent': {
      const key = keyOf(first, second as string);
      return [value === true ? { is: 'sent', key } : { is: 'unsent', key, state: 'unknown' }];
    }
    case 'getSent': {
      const sent = value as Record<string, { source: string | null }>;
      return (second as readonly string[]).map((code): Fact => {
        const found = sent[code];
        const key = keyOf(first, code);
        return found === undefined ? { is: 'unsent', key, state: 'unknown' } : { is: 'sent', key, source: found.source };
      });
    }
    case 'listSent': {
      const listed = (value as { code: string; source: string | null }[]).map(({ code, source }) => ({
        key: keyOf(first, code),
        source,
      }));
      const keys = new Set(listed.map(({ key }) => key));
      return [
        ...listed.map(({ key, source }): Fact => ({ is: 'sent', key, source })),
        { is: 'listing', guildId: first as string, keys, total: keys.size },
      ];
    }
    case 'stats':
      return [{ is: 'listing', guildId: first as string, total: (value as { total: number }).total }];
    case 'listGuilds':
      return [{ is: 'guilds', guildIds: value as string[] }];
    case 'baseline':
      return keysOf(first, (value as { marked: string[] }).marked).map((key) => ({ is: 'sent', key }));
    case 'release':
    case 'forget':
    case 'clearGuild':
    case 'ping':
      return [];
  }
}

function wordsOfMarks(source: string, results: readonly GuildMarks[]): Fact[] {
  return results.flatMap(({ guildId, marked, alreadySent }) => [
    ...keysOf(guildId, [...marked, ...alreadySent]).map((key): Fact => ({ is: 'sent', key })),
    ...keysOf(guildId, marked).map((key): Fact => ({ is: 'marked', key, source })),
  ]);
}

function wordsOfStates(guildId: unknown, states: unknown): Fact[] {
  return Object.entries(states as Record<string, keyof typeof STATES | 'sent'>).map(([code, state]): Fact => {
    const key = keyOf(guildId, code);
    return state === 'sent' ? { is: 'sent', key } : { is: 'unsent', key, state: STATES[state] };
  });
}

const leasesOf = (claims: readonly Claim[]): Fact[] =>
  claims.flatMap(({ guildId, codes, token, leaseMs }) =>
    keysOf(guildId, codes).map((key): Fact => ({ is: 'lease', key, token, leaseMs })),
  );
