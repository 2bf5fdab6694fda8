import {
  type Claim,
  type ClaimOptions,
  type CodeRecord,
  type Codes,
  type ConfirmResult,
  type ExpectedTry,
  type GuildId,
  LeaseLostError,
  type Mark,
  type MarkOptions,
  type Settlement,
  type TakenClaim,
  type TakeUncertainOptions,
  type UncertainCode,
} from 'sent-code-store/store';
import type { LocalHold, LocalRecord } from '../../../src/domain/state-machine.js';
import { SharedMapDriver, SharedMapStore } from '../../support/stores/shared-map-store.js';

type Records = Promise<readonly (CodeRecord | undefined)[]>;
type Event = Settlement['event'];

/** A driver that takes an event for another one, or writes something else than it should. */
abstract class WrongSettlements extends SharedMapDriver {
  protected misread(event: Event, _record: LocalRecord | undefined): Event {
    return event;
  }

  protected miswrite(_event: Event, _before: LocalRecord | undefined, after: LocalHold): LocalHold {
    return after;
  }

  override async settleRecords(changes: readonly Settlement[]): Records {
    for (const { guildId, code, event } of changes) {
      const before = this.lookUp(guildId, code);
      await super.settleRecords([{ guildId, code, event: this.misread(event, before) }]);
      const after = this.lookUp(guildId, code);
      if (after?.state !== 'held' || after === before) continue;
      await this.commit([{ guildId, code, record: this.miswrite(event, before, after) }]);
    }
    return this.readRecords(changes);
  }
}

export class CountsAsking extends WrongSettlements {
  override misread(event: Event): Event {
    return event.type === 'take' ? { ...event, asks: false } : event;
  }
}

export class ForgetsEndAtAsking extends WrongSettlements {
  override miswrite(event: Event, _: LocalRecord | undefined, after: LocalHold): LocalHold {
    return event.type === 'take' ? { ...after, endedAt: null } : after;
  }
}

export class EndsTryWithAsker extends WrongSettlements {
  override miswrite(event: Event, _: LocalRecord | undefined, after: LocalHold): LocalHold {
    return event.type === 'release' ? { ...after, endedAt: this.leaseClock() } : after;
  }
}

export class FreesAskedNotSent extends WrongSettlements {
  override misread(event: Event, record: LocalRecord | undefined): Event {
    const isFirst = event.type === 'release' && record?.state === 'held' && record.attempt === 1;
    return isFirst && event.outcome === 'not-sent' ? { ...event, outcome: 'unsent' } : event;
  }
}

/** Takes everybody for the owner. */
abstract class IgnoresToken extends WrongSettlements {
  protected asOwner<E extends { readonly token: string }>(event: E, record: LocalRecord | undefined): E {
    return record?.state === 'held' && record.token !== null ? { ...event, token: record.token } : event;
  }
}

export class RestartsForAnybody extends IgnoresToken {
  override misread(event: Event, record: LocalRecord | undefined): Event {
    return event.type === 'unsent' ? this.asOwner(event, record) : event;
  }

  override miswrite(event: Event, _: LocalRecord | undefined, after: LocalHold): LocalHold {
    return event.type === 'unsent' ? { ...after, token: event.token } : after;
  }
}

export class FreesUnsentForAnybody extends IgnoresToken {
  override misread(event: Event, record: LocalRecord | undefined): Event {
    return event.type === 'release' && event.outcome === 'unsent' ? this.asOwner(event, record) : event;
  }
}

export class RestartKeepsAttempt extends WrongSettlements {
  override miswrite(event: Event, before: LocalRecord | undefined, after: LocalHold): LocalHold {
    return event.type === 'unsent' && before?.state === 'held' ? { ...after, attempt: before.attempt } : after;
  }
}

export class RestartCountsAgainFromOne extends WrongSettlements {
  override miswrite(event: Event, _: LocalRecord | undefined, after: LocalHold): LocalHold {
    const { unsentTries: _tries, ...rest } = after;
    return event.type === 'unsent' ? rest : after;
  }
}

export class RestartKeepsFirstTry extends WrongSettlements {
  override miswrite(event: Event, before: LocalRecord | undefined, after: LocalHold): LocalHold {
    return event.type === 'unsent' && before?.state === 'held' ? { ...after, firstTriedAt: before.firstTriedAt } : after;
  }
}

export class RestartStaysAsked extends WrongSettlements {
  override miswrite(event: Event, before: LocalRecord | undefined, after: LocalHold): LocalHold {
    return event.type === 'unsent' && before?.state === 'held' ? { ...after, endedAt: before.endedAt } : after;
  }
}

export class UnsentOfFirstTryOnly extends WrongSettlements {
  override misread(event: Event): Event {
    return event.type === 'release' && event.outcome === 'unsent' ? { ...event, outcome: 'not-sent' } : event;
  }

  override miswrite(event: Event, before: LocalRecord | undefined, after: LocalHold): LocalHold {
    const isKept = event.type === 'release' && event.outcome === 'unsent' && before?.state === 'held';
    return isKept ? before : after;
  }
}

export class LosesTarget extends WrongSettlements {
  override miswrite(event: Event, _: LocalRecord | undefined, after: LocalHold): LocalHold {
    const { target: _target, ...rest } = after;
    return event.type === 'release' ? rest : after;
  }
}

export class KeepsOldTarget extends SharedMapStore {
  override restart(claim: Claim, _options?: Pick<ClaimOptions, 'target'>): Promise<Claim> {
    return super.restart(claim);
  }
}

export class EndsTryWhenListed extends SharedMapStore {
  override async *listUncertain(guildId?: GuildId): AsyncGenerator<UncertainCode, void, undefined> {
    for await (const code of super.listUncertain(guildId)) yield { ...code, idleMs: code.target === null ? 0 : code.idleMs };
  }
}

export class AsksAboutWholeMessagesOnly extends SharedMapStore {
  override async takeUncertain(guildId: GuildId, options?: TakeUncertainOptions): Promise<TakenClaim[]> {
    const taken = await super.takeUncertain(guildId, options);
    return taken.filter(({ codes, size }) => codes.length === size);
  }
}

export class LetsTwoAsk extends WrongSettlements {
  override miswrite(event: Event, before: LocalRecord | undefined, after: LocalHold): LocalHold {
    const isAsked = event.type === 'take' && event.asks === true && before?.state === 'held';
    return isAsked ? { ...after, leaseUntil: before.leaseUntil } : after;
  }

  override async settleRecords(changes: readonly Settlement[]): Records {
    const after = await super.settleRecords(changes);
    return after.map((record) =>
      record?.state === 'uncertain' && record.token !== null ? { ...record, state: 'claimed' } : record,
    );
  }
}

export class TakesEveryMessage extends SharedMapStore {
  override takeUncertain(guildId: GuildId, options: TakeUncertainOptions = {}): Promise<TakenClaim[]> {
    const { messageId: _, ...rest } = options;
    return super.takeUncertain(guildId, rest);
  }
}

export class RefusesLateEvidence extends SharedMapStore {
  override async confirm(claim: Claim, codes?: Codes, options?: MarkOptions): Promise<ConfirmResult> {
    await super.renew(claim).catch((error: unknown) => {
      if (error instanceof LeaseLostError && error.codes.length > 0) throw error;
    });
    return super.confirm(claim, codes, options);
  }
}

export class IgnoresExpected extends SharedMapStore {
  override resolveUncertain(guildId: GuildId, codes: Codes, as: 'sent' | 'not-sent', _?: ExpectedTry): Promise<number> {
    return super.resolveUncertain(guildId, codes, as);
  }
}

export class LaterReceiptWins extends SharedMapDriver {
  override async markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    const marked = await super.markRecords(marks);
    for (const { guildId, code, receipt } of marks) {
      const record = this.lookUp(guildId, code);
      if (record?.state === 'sent' && receipt !== undefined)
        await this.commit([{ guildId, code, record: { ...record, receipt } }]);
    }
    return marked;
  }

  // A mark is only made of what is not known as sent.
  readKnown(keys: readonly { readonly guildId: string; readonly code: string }[]): Records {
    return Promise.resolve(keys.map(() => undefined));
  }
}

export class LosesReceiptOfConfirm extends SharedMapStore {
  override confirm(claim: Claim, codes?: Codes, { receipt: _, ...options }: MarkOptions = {}): Promise<ConfirmResult> {
    return super.confirm(claim, codes, options);
  }
}

export class CutsReceipts extends SharedMapDriver {
  override markRecords(marks: readonly Mark[]): Promise<readonly boolean[]> {
    return super.markRecords(marks.map((mark) => ({ ...mark, receipt: mark.receipt?.slice(0, 100) })));
  }
}
