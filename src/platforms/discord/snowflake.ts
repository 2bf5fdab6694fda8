/** 2015 began: the zero of Discord's ids, in ms since 1970. */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/**
 * When Discord made an id, in ms since 1970, by Discord's clock
 * (https://docs.discord.com/developers/reference#snowflakes).
 */
export function createdAt(id: string): number {
  return Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS);
}

/** The smallest id of a moment, in ms since 1970. */
export function firstIdOf(ms: number): bigint {
  const since = BigInt(Math.floor(ms)) - DISCORD_EPOCH_MS;
  return since < 0n ? 0n : since << 22n;
}
