import { styleText } from 'node:util';
import type { Terminal } from '../command.js';

/** Colours a text, on a terminal that wants colours. */
export function paint({ colours }: Pick<Terminal, 'colours'>, format: Parameters<typeof styleText>[0], text: string): string {
  // Whether to use them was decided already, for this terminal and not for the process's own.
  return colours ? styleText(format, text, { validateStream: false }) : text;
}
