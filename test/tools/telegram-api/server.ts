import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with its next request. */
export type TelegramFault =
  /** Answers as the Bot API refuses: `ok: false`, with this status as `error_code` too. */
  | { readonly status: number; readonly description: string; readonly parameters?: object }
  /** Answers as a proxy in front of it: a page. */
  | { readonly page: number }
  /** Takes the message and closes the connection without an answer. */
  | 'cut'
  /** Takes the message and never answers. */
  | 'silence';

/** A fake of Telegram's Bot API (https://core.telegram.org/bots/api#making-requests). */
export class TelegramApi {
  /** The methods that were called, in order. */
  readonly calls: string[] = [];
  /** The bodies of the requests that were not refused, in order. */
  readonly posted: string[] = [];
  readonly #server: Server;
  #fault: TelegramFault | undefined;

  private constructor(onCall: () => void) {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.once('end', () => {
        this.calls.push(request.url?.split('/').at(-1) ?? '');
        const fault = this.#fault;
        this.#fault = undefined;
        if (typeof fault !== 'object') this.posted.push(Buffer.concat(parts).toString());
        onCall();
        if (fault === 'silence') return;
        if (fault === 'cut') {
          response.destroy();
        } else if (fault !== undefined && 'page' in fault) {
          response.writeHead(fault.page, { 'Content-Type': 'text/html' }).end('<html>Bad Gateway</html>');
        } else {
          const { status = 200, ...refusal } = fault ?? {};
          const answer =
            fault === undefined ? { ok: true, result: { message_id: 1 } } : { ok: false, error_code: status, ...refusal };
          response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
        }
      });
    });
  }

  /** `onCall` is told after each request. */
  static async start(onCall: () => void = () => undefined): Promise<TelegramApi> {
    const api = new TelegramApi(onCall);
    await new Promise<void>((resolve) => {
      api.#server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  failNext(fault: TelegramFault): void {
    this.#fault = fault;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
