/** 2015-01-01T00:00:00Z in Unix milliseconds, the zero of Discord's ids (https://docs.discord.com/developers/reference#snowflakes). */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** An id as Discord writes it today. `@discordjs/rest` takes a channel id for a rate limit's major parameter only in this form. */
export const SNOWFLAKE = /^\d{17,19}$/;

/** Makes ids that grow strictly, whatever the clock does. `now` answers Unix milliseconds. */
export function snowflakes(now: () => number): () => string {
  let last = 0n;
  return () => {
    const fromClock = snowflakeAt(now());
    last = fromClock > last ? fromClock : last + 1n;
    return String(last);
  };
}

/** The smallest id of that moment, in Unix milliseconds. */
export function snowflakeAt(ms: number): bigint {
  return (BigInt(ms) - DISCORD_EPOCH_MS) << 22n;
}
