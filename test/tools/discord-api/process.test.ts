import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { scriptOf } from '../script.js';
import { closedPort } from './real-errors-unconnected.js';
import { postWith, restFor } from './real-errors.js';
import { spawnDiscordApi } from './spawn.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const MAIN = new URL('./main.ts', import.meta.url);
const CHANNEL = '100000000000000001';

describe('the fake as a process of its own', () => {
  let pid = 0;
  let api: TemporaryDiscordApi;
  beforeEach(async () => {
    api = await temporaryDiscordApi({ nonceWindowMs: 60_000 }, async (options) => {
      const spawned = await spawnDiscordApi(options);
      ({ pid } = spawned);
      return spawned;
    });
  });
  afterEach(() => api.close());

  it('it serves, it is controlled over HTTP, and its ledger is read from the file', async () => {
    expect(pid).not.toBe(process.pid);
    await api.control.setFaults({ rules: [{ fault: 'hang-after-commit' }] });
    const abort = new AbortController();
    const sending = postWith(restFor(api.url), CHANNEL, undefined, abort.signal);
    const entry = await api.control.waitFor(({ kind }) => kind === 'created');
    abort.abort();
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    expect(api.ledger()).toEqual([entry]);
  });

  it('what it answered for is in the ledger when SIGKILL follows the answer', async () => {
    await postWith(restFor(api.url), CHANNEL);
    process.kill(pid, 'SIGKILL');
    expect(api.ledger()).toMatchObject([{ kind: 'created' }]);
  });

  it('SIGTERM ends it while a request hangs', async () => {
    await api.control.setFaults({ rules: [{ fault: 'hang-before-commit' }] });
    const sending = postWith(restFor(api.url), CHANNEL);
    await Promise.all([
      expect(sending).rejects.toThrow(),
      api.control.waitFor(({ kind }) => kind === 'lost').then(() => api.close()),
    ]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('options that it does not understand end it before it listens', async () => {
    const options = JSON.stringify({ ledgerPath: join(api.folder, 'other.ndjson'), nonceWindow: 1 });
    const child = spawn(process.execPath, [await scriptOf(MAIN), options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 20_000,
    });
    onTestFailed(() => void child.kill());
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect(child.exitCode).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('nonceWindow');
  });

  it('it ends with the process that started it', async () => {
    const ledger = join(api.folder, 'of-the-orphan.ndjson');
    const port = await closedPort();
    const script = `
      import { spawnDiscordApi } from ${JSON.stringify(new URL('./spawn.ts', import.meta.url).href)};
      const api = await spawnDiscordApi({ ledgerPath: ${JSON.stringify(ledger)}, port: ${port} }, ${JSON.stringify(await scriptOf(MAIN))});
      console.log(api.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [orphan] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    onTestFailed(() => {
      process.kill(Number(orphan), 'SIGKILL');
    });
    const response = await fetch(`http://127.0.0.1:${port}/control/ledger`);
    expect(await response.json()).toEqual([]);
    const waiting = fetch(`http://127.0.0.1:${port}/control/ledger?after=0`);
    parent.kill('SIGKILL');
    // The orphan's end closes the connection on which it would have answered.
    await expect(waiting).rejects.toThrow('fetch failed');
    rmSync(ledger, { force: true });
  });
});
