import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiError } from './errors.js';

/** One HTTP answer before it is written. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written as JSON; left out for an answer without a body. */
  readonly body?: unknown;
  /** Written instead of `body`. */
  readonly html?: string;
}

/** The refusal as Discord writes it: status, and a JSON body with `code`, `message` and perhaps `errors`. */
export function refusal({ status, ...body }: ApiError): Answer {
  return { status, body };
}

export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } };
}

/** The body of a request as text. Rejects when the client goes away in the middle. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes the head of the answer and returns its body, for whoever wants to write only a part of it. */
export function writeHead(response: ServerResponse, answer: Answer): Buffer {
  const { html, body } = answer;
  const text = html ?? (body === undefined ? '' : JSON.stringify(body));
  const bytes = Buffer.from(text);
  const type = html === undefined ? 'application/json' : 'text/html';
  const content = text === '' ? {} : { 'Content-Type': type, 'Content-Length': String(bytes.length) };
  response.writeHead(answer.status, { ...content, ...answer.headers });
  return bytes;
}

export function send(response: ServerResponse, answer: Answer): void {
  response.end(writeHead(response, answer));
}
