import type { Socket } from 'node:net';

/**
 * Resets a connection; one whose own side has ended is only closed. Node sends no reset while that end is under way: it reports EINVAL, keeps
 * the socket open for good, and its process then never exits.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
