import fc from 'fast-check';
import type { Claim } from 'sent-code-store';
import type { Fixture } from 'sent-code-store/conformance';
import { expect } from 'vitest';
import { type ModelClaim, ModelStore } from './model-store.js';

const CODES = ['A', 'B', 'C', 'D', 'E'];
const leaseMs = fc.constantFrom(1000, 5000);
const guild = fc.constantFrom(0, 1);
const codes = fc.subarray(CODES, { minLength: 1 }).chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
/** Which of the claims made so far; counted from the end, so that most calls find one that is still alive. */
const which = fc.nat(3);
const outcome = fc.constantFrom('not-sent' as const, 'uncertain' as const);

const call = fc.oneof(
  fc.record({ type: fc.constant('mark' as const), guild, codes }),
  fc.record({ type: fc.constant('claim' as const), guild, codes, leaseMs }),
  fc.record({ type: fc.constant('confirm' as const), which, codes }),
  fc.record({ type: fc.constant('renew' as const), which }),
  fc.record({ type: fc.constant('release' as const), which, codes, outcome }),
  fc.record({ type: fc.constant('take' as const), guild, leaseMs, withinMs: fc.constantFrom(4000, 1_000_000) }),
  fc.record({ type: fc.constant('resolve' as const), guild, codes, as: fc.constantFrom('sent' as const, 'not-sent' as const) }),
  fc.record({ type: fc.constant('forget' as const), guild, codes }),
  fc.record({ type: fc.constant('clear' as const), guild }),
  fc.record({ type: fc.constant('baseline' as const), guild, codes }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(500, 2000, 10_000) }),
);
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** Random histories of calls, with a handful of codes in two guilds so that they meet often. */
export const histories: fc.Arbitrary<readonly Call[]> = fc.array(call, { minLength: 1, maxLength: 60, size: 'max' });

/** Makes the calls on a store and on the model, and compares every answer, and after each call the state of every code. */
export async function compareWithModel(fixture: Fixture, guilds: readonly string[], calls: readonly Call[]): Promise<void> {
  const { store } = fixture;
  const model = new ModelStore();
  const claims: { readonly real: Claim; readonly model: ModelClaim }[] = [];
  const add = (real: Claim, own: ModelClaim): void => {
    const { token, message, ...rest } = own;
    expect(real).toMatchObject({ guildId: rest.guild, codes: rest.codes, attempt: rest.attempt, messageId: message.id, token });
    claims.push({ real, model: own });
  };
  for (const next of calls) {
    const id = guilds['guild' in next ? next.guild : 0]!;
    const made = 'which' in next ? claims.at(-1 - next.which) : undefined;
    if ('which' in next && made === undefined) continue;
    if (next.type === 'wait') {
      await fixture.advance?.(next.ms);
      model.now += next.ms;
    } else if (next.type === 'mark') {
      const { marked } = await store.markSent(id, next.codes);
      expect(marked).toEqual(model.mark(id, next.codes));
    } else if (next.type === 'claim') {
      const expected = {
        claimed: model.select(id, next.codes, 'absent'),
        alreadySent: model.select(id, next.codes, 'sent'),
        heldElsewhere: model.select(id, next.codes, 'claimed'),
        uncertain: model.select(id, next.codes, 'uncertain'),
      };
      const { claim, ...rest } = await store.claim(id, next.codes, { leaseMs: next.leaseMs });
      expect(rest).toEqual(expected);
      if (claim !== undefined) add(claim, model.claim(id, next.codes, claim));
    } else if (next.type === 'take') {
      const takeable = model.takeable(id, next.withinMs);
      const taken = await store.takeUncertain(id, { leaseMs: next.leaseMs, withinMs: next.withinMs });
      expect(taken.map(({ messageId }) => messageId).sort()).toEqual(takeable.map((message) => message.id).sort());
      for (const claim of taken) {
        const message = takeable.find((each) => each.id === claim.messageId)!;
        add(claim, model.take(id, message, claim.token, next.leaseMs));
      }
    } else if (next.type === 'resolve') {
      const uncertain = model.select(id, next.codes, 'uncertain');
      expect(await store.resolveUncertain(id, next.codes, next.as)).toBe(uncertain.length);
      if (next.as === 'sent') model.mark(id, uncertain);
      else model.remove(id, uncertain);
    } else if (next.type === 'forget') {
      const gone = next.codes.filter((code) => ['sent', 'uncertain'].includes(model.state(id, code)));
      expect(await store.forget(id, next.codes)).toBe(gone.length);
      model.remove(id, gone);
    } else if (next.type === 'clear') {
      expect(await store.clearGuild(id)).toBe(model.clear(id, CODES));
    } else if (next.type === 'baseline') {
      const applied = model.baseline(id, next.codes);
      expect(await store.baseline(id, next.codes)).toEqual({ applied, marked: applied ? next.codes : [] });
    } else if (next.type === 'confirm') {
      const own = made!.model.codes.filter((code) => next.codes.includes(code));
      const leaseLost = model.leaseLost(made!.model, own);
      const result = await store.confirm(made!.real, own);
      expect({ ...result, marked: [...result.marked].sort() }).toMatchObject({
        marked: model.mark(made!.model.guild, own).sort(),
        leaseLost,
      });
    } else if (next.type === 'release') {
      const own = made!.model.codes.filter((code) => next.codes.includes(code));
      await store.release(made!.real, next.outcome, own);
      model.release(made!.model, own, next.outcome);
    } else {
      const { held, lost } = model.renew(made!.model, made!.real.leaseMs);
      if (lost.length > 0 || held.length === 0) {
        await expect(store.renew(made!.real)).rejects.toMatchObject({ code: 'LEASE_LOST', codes: lost });
      } else {
        expect(await store.renew(made!.real)).toEqual({ ...made!.real, codes: held });
      }
    }
    for (const guildId of guilds) {
      const expected = CODES.map((code) => [code, model.state(guildId, code)]);
      expect([...(await store.states(guildId, CODES))]).toEqual(expected);
      expect(await store.filterUnsent(guildId, CODES)).toEqual(model.select(guildId, CODES, 'absent'));
    }
  }
  for (const guildId of guilds) {
    const { total, uncertain } = await store.stats(guildId);
    expect({ total, uncertain }).toEqual({
      total: model.select(guildId, CODES, 'sent').length,
      uncertain: model.select(guildId, CODES, 'uncertain').length,
    });
  }
}
