export function guildOf(guild: number): string {
  return String(1_100_000_000_000_000_000n + BigInt(guild));
}

/** Twelve letters and digits, as gift codes have them. Different numbers give different codes within a guild. */
export function codeOf(guild: number, code: number): string {
  const text = ((guild * 7919 + code * 104_729) % 2_000_000_011).toString(36).padStart(7, '0');
  return `${text}${String(code % 1e5).padStart(5, '0')}`.toUpperCase();
}

export function codesOf(guild: number, count: number): string[] {
  return Array.from({ length: count }, (_, code) => codeOf(guild, code));
}

/** Codes that nobody has seen yet. */
export function freshCodes(): (count: number) => string[] {
  let next = 0;
  return (count) => Array.from({ length: count }, () => `NEW${String((next += 1)).padStart(9, '0')}`);
}
