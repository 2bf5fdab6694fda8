import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscordApiControl } from './control-client.js';
import { readLedger } from './ledger-reader.js';
import type { LedgerEntry } from './ledger.js';
import { startDiscordApi, type DiscordApi } from './server.js';
import type { DiscordApiOptions } from './world.js';

export interface TemporaryDiscordApi extends DiscordApi {
  readonly folder: string;
  readonly control: DiscordApiControl;
  /** What the ledger file holds at this moment. */
  ledger(): LedgerEntry[];
}

/** A fake in this process, or wherever `start` puts it, with its ledger in a folder of its own, which goes when it closes. */
export async function temporaryDiscordApi(
  options: Omit<DiscordApiOptions, 'ledgerPath'> = {},
  start: (options: DiscordApiOptions) => Promise<DiscordApi> = startDiscordApi,
): Promise<TemporaryDiscordApi> {
  const folder = await mkdtemp(join(tmpdir(), 'discord-api-'));
  const api = await start({ ...options, ledgerPath: join(folder, 'ledger.ndjson') });
  return {
    ...api,
    folder,
    control: new DiscordApiControl(api),
    ledger: () => readLedger(api.ledgerPath),
    close: async () => {
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
