import { describe, expect, it } from 'vitest';
import { hashOf, type HashSeed, PROCESS_SEED } from '../../../src/stores/json-file/records/hash.js';

const SEED: HashSeed = [0x01020304, 0x05060708];

describe('the hash of a code', () => {
  it('cannot be made to collide by somebody who does not know the seed', () => {
    const families = collidingUnder(SEED);
    expect(families.length).toBeGreaterThan(20);
    const other: HashSeed = [0x0badcafe, 0x12345678];
    for (const [a, b] of families) {
      expect(hash(a, SEED)).toBe(hash(b, SEED));
      expect(hash(a, other)).not.toBe(hash(b, other));
    }
  });

  it('spreads codes that collide under FNV-1a, whatever begins or ends them', () => {
    // Each of six parts has two forms of which FNV-1a makes the same.
    const codes = fnvCollisions(6);
    expect(new Set(codes).size).toBe(64);
    expect(new Set(codes.map((code) => fnv(code))).size).toBe(1);
    expect(new Set(codes.map((code) => hash(code, SEED))).size).toBe(64);
  });

  it('depends on every byte and on the length', () => {
    const texts = Array.from({ length: 18 }, (_, length) => 'A'.repeat(length));
    for (const text of [...texts])
      for (let at = 0; at < text.length; at += 1) texts.push(`${text.slice(0, at)}B${text.slice(at + 1)}`);
    expect(new Set(texts.map((text) => hash(text, SEED))).size).toBe(texts.length);
  });

  it('has a seed of its own in each process', () => {
    expect(PROCESS_SEED).toHaveLength(2);
    expect(PROCESS_SEED).not.toEqual([0, 0]);
  });
});

function hash(text: string, seed: HashSeed): number {
  const bytes = Buffer.from(`before${text}after`);
  return hashOf(bytes, 6, bytes.length - 5, seed);
}

/** Pairs of codes with one hash under a seed: what somebody who knows it can make. */
function collidingUnder(seed: HashSeed): [string, string][] {
  const seen = new Map<number, string>();
  const pairs: [string, string][] = [];
  for (let index = 0; pairs.length < 25; index += 1) {
    const code = `CODE${index}`;
    const value = hash(code, seed);
    const known = seen.get(value);
    if (known !== undefined) pairs.push([known, code]);
    seen.set(value, code);
  }
  return pairs;
}

function fnv(text: string, start = 0x811c9dc5): number {
  let value = start;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Codes of `parts` parts with one FNV-1a value. */
function fnvCollisions(parts: number): string[] {
  let codes = [''];
  for (let part = 0; part < parts; part += 1) {
    const [a, b] = fnvPair(fnv(codes[0] ?? ''), part);
    codes = codes.flatMap((code) => [code + a, code + b]);
  }
  return codes;
}

function fnvPair(start: number, part: number): [string, string] {
  const seen = new Map<number, string>();
  for (let index = 0; ; index += 1) {
    const text = (0x1_0000_0000 + Math.imul(index, 0x9e3779b1) * (2 * part + 3)).toString(36).toUpperCase();
    const value = fnv(text, start);
    const known = seen.get(value);
    if (known !== undefined) return [known, text];
    seen.set(value, text);
  }
}
