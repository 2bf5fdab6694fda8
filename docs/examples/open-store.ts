import { JsonFileStore, MongoStore, type SentCodeStore } from 'sent-code-store';

/** MongoDB where `MONGODB_URI` names one, else the file of `DEMO_FILE`. */
export function openStore(): SentCodeStore {
  const uri = process.env['MONGODB_URI'];
  // A lease of a second, so that the demo need not wait for a minute until what a killed bot claimed counts as uncertain.
  if (uri !== undefined && uri !== '') return new MongoStore({ uri, database: 'sent_code_store_demo', leaseMs: 1000 });
  return new JsonFileStore({ path: process.env['DEMO_FILE'] ?? './sent-codes.json', leaseMs: 1000 });
}
