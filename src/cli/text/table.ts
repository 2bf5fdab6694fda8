import type { Terminal } from '../command.js';
import { paint } from './colours.js';

/** A column: its title, and whether it is a number, which stands on the right. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/**
 * A table as lines of text, without frames. The last column is cut at the edge of a terminal, and
 * never elsewhere: a script reads it.
 */
export function table(
  terminal: Pick<Terminal, 'colours' | 'columns' | 'isTerminal'>,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]): string => {
    const text = columns
      .map(({ right = false }, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return right ? cell.padStart(width) : index === columns.length - 1 ? cell : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
    return terminal.isTerminal && text.length > terminal.columns ? `${text.slice(0, terminal.columns - 1)}…` : text;
  };
  return [paint(terminal, 'bold', line(columns.map(({ title }) => title))), ...rows.map(line)].join('\n');
}

/** Names and values below one another. */
export function pairs(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
