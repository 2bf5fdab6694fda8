import { ShardingManager } from 'discord.js';
import { readSettings } from './settings.js';

const settings = readSettings(process.env);
// Each shard would have a file alone, which knows nothing of a guild that comes from another shard.
if (settings.mongoUri === undefined) throw new Error('MONGODB_URI is not set: the shards share a database, see .env.example');

/** A process for each shard. One that dies is started again, and finds in the database what was sent. */
const manager = new ShardingManager(process.argv[2] ?? 'src/main.js', {
  token: settings.token,
  totalShards: settings.shardCount,
});
manager.on('shardCreate', (shard) => shard.on('death', () => console.error(`shard ${shard.id} died`)));
await manager.spawn({ timeout: -1 });
