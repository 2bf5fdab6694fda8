import type { OpenPeer } from './peer.js';

/** In the journal mode that is fast, and synced at each commit. Every call stops the event loop for as long as it takes. */
export const openSqlite: OpenPeer = async (path) => {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS sent (guild TEXT, code TEXT, source TEXT, sent_at INTEGER, PRIMARY KEY (guild, code)) WITHOUT ROWID',
  );
  const insert = database.prepare('INSERT OR IGNORE INTO sent VALUES (?, ?, ?, ?)');
  const select = database.prepare('SELECT 1 FROM sent WHERE guild = ? AND code = ?');
  const mark = database.transaction((guildId: string, codes: readonly string[]) => {
    for (const code of codes) insert.run(guildId, code, 'auto', Date.now());
  });
  return {
    name: 'better-sqlite3',
    mark,
    unknown: (guildId, codes) => codes.filter((code) => select.get(guildId, code) === undefined),
    close: () => database.close(),
  };
};
