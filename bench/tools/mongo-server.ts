/** Runs the tests' server until the parent is gone, and prints its URI. */
import { startMongoServer } from '../../test/tools/mongo/server/server.js';

console.log((await startMongoServer()).uri);
process.stdin.on('end', () => process.exit()).resume();
