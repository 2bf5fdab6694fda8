import { deserialize, serialize } from 'bson';
import type { Doc } from './values.js';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const HEADER_BYTES = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

/** Keeps int64 as bigint; numbers, dates and the rest as `bson` reads them. */
const READ = { useBigInt64: true } as const;

export interface Request {
  readonly requestId: number;
  readonly opCode: number;
  /** The command with `$db`; sequences of documents are folded in as arrays. */
  readonly command: Doc;
  /** False for an unacknowledged write. */
  readonly wantsReply: boolean;
}

/** Splits a byte stream into messages: call with each chunk, get the complete messages. */
export function createFramer(): (chunk: Buffer) => Buffer[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
    const messages: Buffer[] = [];
    while (pending.length >= 4) {
      const length = pending.readInt32LE(0);
      if (length < HEADER_BYTES) throw new Error(`a message cannot have ${length} bytes`);
      if (pending.length < length) break;
      messages.push(pending.subarray(0, length));
      pending = pending.subarray(length);
    }
    return messages;
  };
}

export function parseRequest(message: Buffer): Request {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  if (opCode === OP_MSG) return { requestId, opCode, ...parseMsg(message) };
  if (opCode === OP_QUERY) return { requestId, opCode, command: parseQuery(message), wantsReply: true };
  throw new Error(`opcode ${opCode} is not supported`);
}

/** Drivers send one OP_QUERY, the first hello of a connection. */
function parseQuery(message: Buffer): Doc {
  const namespaceEnd = message.indexOf(0, HEADER_BYTES + 4);
  return { ...readDocument(message, namespaceEnd + 9), $db: 'admin' };
}

function parseMsg(message: Buffer): Pick<Request, 'command' | 'wantsReply'> {
  const flags = message.readUInt32LE(HEADER_BYTES);
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  let command: Doc = {};
  const sequences: Doc = {};
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const kind = message[at++];
    const size = message.readInt32LE(at);
    if (kind === 0) {
      command = readDocument(message, at);
    } else if (kind === 1) {
      const nameEnd = message.indexOf(0, at + 4);
      sequences[message.toString('utf8', at + 4, nameEnd)] = readDocuments(message, nameEnd + 1, at + size);
    } else {
      throw new Error(`section kind ${String(kind)} is not supported`);
    }
    at += size;
  }
  return { command: { ...command, ...sequences }, wantsReply: (flags & MORE_TO_COME) === 0 };
}

const readDocument = (message: Buffer, at: number): Doc => deserialize(message.subarray(at, at + message.readInt32LE(at)), READ);

function readDocuments(message: Buffer, start: number, end: number): Doc[] {
  const documents: Doc[] = [];
  for (let at = start; at < end; at += message.readInt32LE(at)) documents.push(readDocument(message, at));
  return documents;
}

/** The answer in the form of the request: OP_REPLY for OP_QUERY, OP_MSG for OP_MSG. */
export function frameReply(request: Request, reply: Doc): Buffer {
  const isQuery = request.opCode === OP_QUERY;
  const body = serialize(reply);
  // After the header: flag bits and a section kind, or flags, cursor id, starting position and the number of documents.
  const prefix = Buffer.alloc(isQuery ? 20 : 5);
  if (isQuery) prefix.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + prefix.length + body.length, 0);
  header.writeInt32LE(request.requestId, 8);
  header.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, prefix, body]);
}
