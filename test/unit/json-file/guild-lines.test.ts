import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealedLine, SEAL_LENGTH } from '../../../src/stores/json-file/format/sealed-line.js';
import { GuildLines, type SentLine } from '../../../src/stores/json-file/records/guild-lines.js';

const id = fc.oneof(
  fc.stringMatching(/^[0-9]{1,19}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('__proto__', '"', '\\', '1', '11', '1"', '\u2028'),
);

describe('lines of guilds', () => {
  it('are each found once, and then gone, whatever the ids are made of', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), fc.array(id), (ids, others) => {
        const lines = new GuildLines();
        const known = new Set<string>();
        for (const line of linesOf(ids, 7)) {
          const guildId = JSON.parse(line.bytes.toString('utf8', line.id, line.idEnd)) as string;
          expect(lines.add(line)).toBe(!known.has(guildId));
          known.add(guildId);
        }
        expect([...lines.ids()]).toEqual([...known]);
        for (const other of others) if (!known.has(other)) expect(lines.take(other)).toBeUndefined();
        for (const [place, guildId] of [...known].reverse().entries()) {
          expect(lines.take(guildId)?.find(codeOf(guildId))).toEqual({ state: 'sent', source: 'auto', sentAt: 1 });
          expect(lines.take(guildId)).toBeUndefined();
          expect([...lines.ids()]).toEqual([...known].slice(0, known.size - place - 1));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are found among thousands, and taken ones do not hide the others', () => {
    const ids = Array.from({ length: 5000 }, (_, index) => `${1000 + index}`);
    const lines = new GuildLines();
    for (const line of linesOf(ids, 100)) lines.add(line);
    for (const [index, guildId] of ids.entries()) if (index % 2 === 0) expect(lines.take(guildId)?.count).toBe(1);
    for (const [index, guildId] of ids.entries()) expect(lines.take(guildId)?.count).toBe(index % 2 === 0 ? undefined : 1);
    expect([...lines.ids()]).toEqual([]);
  });
});

const codeOf = (guildId: string): string => `CODE OF ${guildId}`;

/** A line with one code for each id, so many lines in one buffer. */
function linesOf(ids: readonly string[], inOne: number): SentLine[] {
  const lines: SentLine[] = [];
  for (let at = 0; at < ids.length; at += inOne) {
    const opening = (guildId: string): string => `"guild":${JSON.stringify(guildId)},"count":1,"sent":[`;
    const part = ids.slice(at, at + inOne);
    const sealed = part.map((guildId) => sealedLine(`${opening(guildId)}${JSON.stringify([codeOf(guildId), 'auto', 1])}]}`));
    const bytes = Buffer.concat(sealed);
    let start = 0;
    for (const [index, guildId] of part.entries()) {
      const end = start + sealed[index]!.length - 1;
      const first = start + SEAL_LENGTH + Buffer.byteLength(opening(guildId));
      const idAt = start + SEAL_LENGTH + '"guild":'.length;
      lines.push({ bytes, start, end, id: idAt, idEnd: idAt + Buffer.byteLength(JSON.stringify(guildId)), first, count: 1 });
      start = end + 1;
    }
  }
  return lines;
}
