type Cell = string | number;

/** A table whose columns of numbers are on the right. What a row shares with the one above is said once. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = (cell: Cell): boolean => typeof cell === 'number' || /^(?:[\d. ]+)?$/.test(cell);
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column] ?? '')));
  const lines = rows.map((row, index) => {
    const isSame = index > 0 && rows[index - 1]?.[0] === row[0];
    return [isSame ? '' : row[0], ...row.slice(1)];
  });
  return [head, numeric.map((right) => (right ? '---:' : '---')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Reads as a sentence: a space between thousands, and no plural of one. */
export function inWords(text: string): string {
  return text.replaceAll(/\d{4,}/g, (digits) => spaced(Number(digits))).replace(/^open 1 guilds/, 'open 1 guild');
}

/** Three significant digits, and a space between thousands. */
export function spaced(value: number): string {
  const short = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  return Number.isInteger(short) ? short.toLocaleString('en').replaceAll(',', ' ') : String(short);
}
