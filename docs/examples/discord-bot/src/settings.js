/** The settings of the bot, from the environment. */
export function readSettings(env) {
  const need = (name) => {
    if (!env[name]) throw new Error(`${name} is not set: see .env.example`);
    return env[name];
  };
  /** A file belongs to one process, so each shard has its own. discord.js sets SHARDS. */
  const shard = env.SHARDS ? `-${env.SHARDS}` : '';
  return {
    token: need('DISCORD_TOKEN'),
    /** Guild to channel, both as strings: a number would lose the last digits of an id. */
    channels: new Map(
      need('CHANNELS')
        .split(',')
        .map((pair) => pair.trim().split(':')),
    ),
    giftsUrl: need('GIFTS_URL'),
    dataFile: (env.DATA_FILE || './sent-codes.json').replace(/(\.json)?$/, `${shard}$1`),
    mongoUri: env.MONGODB_URI || undefined,
    shardCount: Number(env.SHARD_COUNT) || 'auto',
    /** Another address of Discord's API, for tests. */
    discordApi: env.DISCORD_API || undefined,
  };
}
