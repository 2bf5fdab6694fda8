import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi } from './api-routes.js';
import { answerControl } from './control-routes.js';
import { deliver } from './deliver.js';
import { send } from './http.js';
import { createWorld, type DiscordApiOptions, type World } from './world.js';

/** A fake of Discord's REST API that listens on loopback. */
export interface DiscordApi {
  /** `http://127.0.0.1:<port>`; the API is below `/api/v10`, so `new REST({ api: url + '/api', version: '10' })`. */
  readonly url: string;
  readonly ledgerPath: string;
  /** Ends every connection, hanging ones too. */
  close(): Promise<void>;
}

const API = '/api/v10';
const CONTROL = '/control';

export async function startDiscordApi(options: DiscordApiOptions): Promise<DiscordApi> {
  const closing = new AbortController();
  const world = createWorld(options, closing.signal);
  const server = createServer((request, response) => {
    answer(world, request, response).catch((error: unknown) => {
      // A client that went away in the middle of its request, or a delay that the closing of the server cut short.
      if (closing.signal.aborted || !request.complete) return;
      send(response, { status: 500, body: { message: `the fake itself failed: ${String(error)}` } });
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledgerPath: options.ledgerPath,
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname.startsWith(`${API}/`)) {
    const outcome = await answerApi(world, request, pathname.slice(API.length), searchParams);
    await deliver(response, outcome, world.sleep);
  } else if (pathname.startsWith(`${CONTROL}/`)) {
    send(response, await answerControl(world, request, pathname.slice(CONTROL.length), searchParams));
  } else {
    send(response, { status: 404, body: { message: '404: Not Found', code: 0 } });
  }
}
