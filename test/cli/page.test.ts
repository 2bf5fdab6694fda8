import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { JsonFileStore } from 'sent-code-store';
import { COMMANDS } from '../../src/cli/all-commands.js';
import { tempFolder } from '../support/json-file/temp-folder.js';
import { ManualClock } from '../support/stores/manual-clock.js';
import { callsOf, PageShell, withOutputs } from '../support/transcript.js';

const file = fileURLToPath(new URL('../../docs/cli.md', import.meta.url));
const page = readFileSync(file, 'utf8');
const calls = callsOf(page);

/** What the page says of its files. */
async function prepare(folder: string, clock: ManualClock): Promise<JsonFileStore> {
  let ids = 0;
  const open = (name: string): JsonFileStore =>
    new JsonFileStore({ path: join(folder, name), clock, randomId: () => `q3VxY1dlbGNvbWUgdG8${(ids += 1)}` });
  const store = open('sent-codes.json');
  await store.markSent('1147956569271697518', ['WOS0408', 'gogoWOS'], { source: 'api' });
  clock.advance(86_400_000);
  await store.markSent('1133463326182080634', ['WOS0408'], { source: 'website' });
  await store.claim('1147956569271697518', ['WOS1203']);
  await store.close();
  const damaged = open('damaged.json');
  await damaged.markSent('1147956569271697518', ['WOS0408', 'gogoWOS']);
  await damaged.close();
  writeFileSync(join(folder, 'damaged.json'), readFileSync(join(folder, 'damaged.json'), 'utf8').replace('GOGOWOS', 'GOGOWOX'));
  const state = {
    channels: { '1147956569271697518': 1 },
    sent: { '1147956569271697518': ['TrickorTreat25', 'TRICKORTREAT25', 'wos0408'] },
  };
  writeFileSync(join(folder, 'giftcode_state.json'), JSON.stringify(state));
  const busy = open('busy.json');
  await busy.markSent('1147956569271697518', ['WOS0408']);
  return busy;
}

/** `UPDATE_DOCS=1` writes what is printed into the page. */
it('the page shows what the commands print', async () => {
  const folder = tempFolder();
  const clock = new ManualClock();
  const busy = await prepare(folder, clock);
  const shell = new PageShell(folder, clock);
  const outputs: string[] = [];
  for (const { command } of calls) outputs.push(await shell.run(command));
  await busy.close();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, withOutputs(page, outputs));
  else
    expect(calls.map(({ line, command, output }) => ({ line, command, output }))).toEqual(
      calls.map((call, index) => ({ ...call, output: outputs[index] })),
    );
});

it('the page has every command', () => {
  const shown = new Set(calls.map(({ command }) => command.split(' ')[1]));
  expect(COMMANDS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
});
