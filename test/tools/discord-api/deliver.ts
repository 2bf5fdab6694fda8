import { STATUS_CODES, type ServerResponse } from 'node:http';
import { resetSocket } from '../reset-socket.js';
import type { Outcome } from './create-message.js';
import { send, writeHead } from './http.js';

/** Gives the client its answer, or the failure that the fault asks for. The ledger is written by then. */
export async function deliver(response: ServerResponse, outcome: Outcome, sleep: (ms: number) => Promise<void>): Promise<void> {
  const { answer, fault } = outcome;
  switch (fault?.type) {
    case 'server-error': {
      const message = `${fault.status}: ${STATUS_CODES[fault.status] ?? 'Unknown Error'}`;
      send(response, {
        status: fault.status,
        ...(answer.headers ? { headers: answer.headers } : {}),
        body: { message, code: 0 },
      });
      return;
    }
    case 'reset':
    case 'late':
      if (response.socket) resetSocket(response.socket);
      return;
    case 'close':
      response.socket?.destroy();
      return;
    case 'hang':
      return;
    case 'half-answer': {
      const body = writeHead(response, answer);
      response.write(body.subarray(0, body.length / 2), () => {
        if (fault.then === 'close') response.socket?.destroy();
      });
      return;
    }
    case 'slow':
      if (fault.commits) await sleep(fault.delayMs);
      send(response, answer);
      return;
    case 'refusal':
    case 'rate-limit':
    case undefined:
      send(response, answer);
  }
}
