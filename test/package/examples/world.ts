import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { Watched } from './watched.js';

/** Where an example finds what is new. */
export interface Site {
  readonly url: string;
  list(...items: string[]): void;
  /** Resolves when it was asked so many times more. */
  asked(times: number): Promise<void>;
}

/** Where an example sends messages. */
export interface Platform {
  readonly url: string;
  /** The bodies of the messages that arrived. */
  posted(): readonly string[];
  /** Resolves when this is in a message. */
  received(item: string): Promise<void>;
  /** The next message arrives, and nobody answers. */
  hangNext(): void;
}

async function serve(answer: (body: string) => string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answered = answer(body);
      if (answered !== undefined) response.end(answered);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** `render`: the list as the site shows it, when it is asked for the nth time. */
export async function startSite(
  render: (items: readonly string[], asked: number) => string = (items) => JSON.stringify(items),
): Promise<Site> {
  const asking = new Watched();
  let listed: readonly string[] = [];
  let count = 0;
  const url = await serve(() => {
    count += 1;
    asking.changed();
    return render(listed, count);
  });
  return {
    url,
    list: (...items) => {
      listed = items;
    },
    asked: (times) => {
      const enough = count + times;
      return asking.until(() => count >= enough);
    },
  };
}

/** An address that takes messages. */
export async function startReceiver(): Promise<Platform> {
  const receiving = new Watched();
  const posted: string[] = [];
  let hangs = false;
  const url = await serve((body) => {
    const isAnswered = !hangs;
    hangs = false;
    posted.push(body);
    receiving.changed();
    return isAnswered ? 'ok' : undefined;
  });
  return {
    url,
    posted: () => posted,
    received: (item) => receiving.until(() => posted.some((body) => body.includes(item))),
    hangNext: () => {
      hangs = true;
    },
  };
}
