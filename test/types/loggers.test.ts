import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createLogger, transports } from 'winston';
import { FallbackStore, type Logger, MemoryStore } from 'sent-code-store';

/** A stream, and what was written to it. */
function memory(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

const pinoMemory = memory();
const winstonMemory = memory();

// That these are loggers is checked by the compiler.
const loggers: readonly (readonly [name: string, logger: Logger, text: () => string])[] = [
  ['pino', pino(pinoMemory.stream), pinoMemory.text],
  ['winston', createLogger({ transports: [new transports.Stream({ stream: winstonMemory.stream })] }), winstonMemory.text],
];

describe('the option logger', () => {
  it.each(loggers)('takes %s, which gets the lines', (_name, logger, text) => {
    expect(new MemoryStore({ logger })).toBeInstanceOf(MemoryStore);
    logger.warn('a line');
    expect(text()).toContain('a line');
  });

  it('takes the console', () => {
    expect(new FallbackStore([new MemoryStore(), new MemoryStore()], { logger: console })).toBeInstanceOf(FallbackStore);
  });
});
