import { AbstractSentCodeStore, toCodeRecord, transition } from 'sent-code-store/store';

/**
 * A store over Keyv, for one process. Keyv has no conditional write, so what must be one step takes turns in this process,
 * and another process on the same data could send the same code.
 */
export class KeyvStore extends AbstractSentCodeStore {
  constructor(keyv, options = {}) {
    // Otherwise a failed `get` is `undefined`, which says "never sent".
    if (!keyv.throwOnErrors) throw new TypeError('KeyvStore: pass new Keyv({ …, throwOnErrors: true })');
    super((settings) => keyvDriver(keyv, settings), options, 'KeyvStore');
  }
}

const keyOf = ({ guildId, code }) => `code:${guildId}:${code}`;
const metaKey = (key) => `meta:${key}`;

function keyvDriver(keyv, { clock, randomId }) {
  // A clock that goes on over restarts and is never set back while the process lives.
  const startedAt = clock.now();
  const offset = startedAt - clock.monotonic();
  const now = () => clock.monotonic() + offset;
  const run = randomId();

  // Not `keyv.getMany`: for a backend without a call of that name it answers `undefined` where a `get` failed, in spite of throwOnErrors.
  const getAll = (keys) => Promise.all(keys.map((key) => keyv.get(key)));

  let last = Promise.resolve();
  const inTurn = (job) => {
    const result = last.then(job);
    last = result.catch(() => undefined);
    return result;
  };

  /** The lease of an earlier run ended with it: its owner is dead, and may have sent the code. */
  const localRecord = (row) => {
    if (row === undefined || row.run === run || row.record.state === 'sent') return row?.record;
    // Nothing of it is later than this start, also where the machine's clock was set back meanwhile.
    const past = (time) => (time === null ? null : Math.min(time, startedAt));
    const { leaseUntil, firstTriedAt, endedAt } = row.record;
    return { ...row.record, leaseUntil: past(leaseUntil), firstTriedAt: past(firstTriedAt), endedAt: past(endedAt) };
  };
  const report = (record) => record && toCodeRecord(record, now());

  /** Applies events, each in one turn. Resolves to whether each changed anything, and to the records afterwards. */
  const apply = (changes) =>
    inTurn(async () => {
      const rows = await getAll(changes.map(keyOf));
      const done = [];
      for (const [index, { guildId, code, event }] of changes.entries()) {
        const before = localRecord(rows[index]);
        const record = transition(before, event, now());
        if (record === undefined && before !== undefined) await keyv.delete(keyOf({ guildId, code }));
        else if (record !== before) await keyv.set(keyOf({ guildId, code }), { guildId, code, run, record });
        done.push({ changed: record !== before, after: report(record) });
      }
      return done;
    });
  const after = async (changes) => (await apply(changes)).map((each) => each.after);
  const remove = async (keys) =>
    (await apply(keys.map((key) => ({ ...key, event: { type: 'forget' } })))).filter(({ changed }) => changed).length;

  async function* rows() {
    for await (const [key, row] of keyv.iterator()) if (key.startsWith('code:')) yield row;
  }

  return {
    supports: { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: true },
    readRecords: async (keys) => (await getAll(keys.map(keyOf))).map((row) => report(localRecord(row))),
    markRecords: async (marks) =>
      (await apply(marks.map(({ guildId, code, ...mark }) => ({ guildId, code, event: { type: 'mark', ...mark } })))).map(
        ({ changed }) => changed,
      ),
    claimRecords: ({ guildId, leaseMs, ageMs, idleMs = null, holds }) => {
      const ago = (ms) => (ms === null ? null : now() - ms);
      const times = { leaseMs, firstTriedAt: ago(ageMs), endedAt: ago(idleMs) };
      return after(holds.map(({ code, ...hold }) => ({ guildId, code, event: { type: 'claim', hold, ...times } })));
    },
    settleRecords: after,
    scanRecords: async function* ({ guildId, held }) {
      for await (const row of rows()) {
        if (guildId !== undefined && guildId !== row.guildId) continue;
        if (held && row.record.state === 'sent') continue;
        yield { guildId: row.guildId, code: row.code, record: report(localRecord(row)) };
      }
    },
    removeRecords: remove,
    removeGuild: async (guildId) => {
      const keys = [];
      for await (const row of rows()) if (row.guildId === guildId) keys.push({ guildId, code: row.code });
      return remove(keys);
    },
    metadata: {
      get: async (keys) => {
        const values = await getAll(keys.map(metaKey));
        return new Map(keys.flatMap((key, index) => (values[index] === undefined ? [] : [[key, values[index]]])));
      },
      insert: (key, value) =>
        inTurn(async () => {
          const kept = await keyv.get(metaKey(key));
          if (kept === undefined) await keyv.set(metaKey(key), value);
          return kept ?? value;
        }),
      set: (entries) =>
        inTurn(async () => {
          for (const [key, value] of entries) await keyv.set(metaKey(key), value);
        }),
      delete: (keys) =>
        inTurn(async () => {
          for (const key of keys) await keyv.delete(metaKey(key));
        }),
      list: async function* (prefix) {
        for await (const [key, value] of keyv.iterator()) {
          if (key.startsWith(metaKey(prefix))) yield [key.slice(metaKey('').length), value];
        }
      },
    },
    close: () => last,
  };
}
