import { readFileSync } from 'node:fs';
import { normalizeCode } from 'sent-code-store';

/** The guilds and codes of a state file that a real bot left: what the demo's bot is offered. */
export function realGuildsAndCodes(): { guilds: string[]; codes: string[] } {
  const file = new URL('data/nine-scopes-with-global.json', import.meta.url);
  const { sent } = JSON.parse(readFileSync(file, 'utf8')) as { sent: Record<string, string[]> };
  const guilds = Object.keys(sent).filter((scope) => scope !== 'global');
  const spellings = new Map<string, string>();
  for (const guild of guilds) for (const code of sent[guild] ?? []) spellings.set(normalizeCode(code), code);
  return { guilds, codes: [...spellings.values()] };
}
