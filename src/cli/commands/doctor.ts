import { examine } from '../doctor/examine.js';
import type { Finding } from '../doctor/finding.js';
import { type Command, type Context, print, printJson } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { redaction } from '../failure.js';
import { showLocation, storeLocation } from '../location.js';
import { paint } from '../text/colours.js';
import { count } from '../text/times.js';

const COLOURS = { ok: 'green', note: 'cyan', warning: 'yellow', fault: 'red' } as const;

/** `doctor`: looks for everything that is known to go wrong. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'look at the store from all sides, and try it',
  details: [
    'Works beside a running bot. The self-test writes to two guilds with random names and removes them again; it is left out while another process has the file.',
  ],
  options: [
    ['--no-self-test', 'only look'],
    ['--read-only', 'the same'],
  ],
  examples: ['doctor --store ./sent-codes.json', 'doctor --store "$MONGODB_URI" --fallback ./sent-codes.json --no-self-test'],
  exits: ['0  nothing is wrong; there may be warnings', '1  a fault was found', '2  wrong call', '3  error of doctor itself'],
  run: async (context) => {
    const location = storeLocation(context);
    const findings = await examine(context, location);
    const hasFault = findings.some(({ status }) => status === 'fault');
    if (context.flags.has('json')) {
      await printJson(context, { store: showLocation(location), ok: !hasFault, findings });
    } else {
      await print(context, `${showLocation(location)}\n`);
      const hide = redaction(context);
      for (const each of findings) await print(context, hide(show(context, each)));
      await print(context, `\n${verdict(findings)}`);
    }
    return hasFault ? EXIT.no : EXIT.ok;
  },
};

function show({ terminal }: Context, { name, status, text, advice }: Finding): string {
  const head = `${paint(terminal, COLOURS[status], status.padEnd(8))} ${name.padEnd(21)}`;
  const indent = ' '.repeat(30);
  const width = Math.max(terminal.columns, 80) - indent.length;
  const lines = [...wrapped(text, width), ...(advice === undefined ? [] : wrapped(`-> ${advice}`, width))];
  return `${head}${lines.join(`\n${indent}`)}`;
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function verdict(findings: readonly Finding[]): string {
  const number = (status: Finding['status']): number => findings.filter((each) => each.status === status).length;
  const [faults, warnings] = [number('fault'), number('warning')];
  if (faults === 0 && warnings === 0) return 'Nothing is wrong.';
  return [faults > 0 && count(faults, 'fault'), warnings > 0 && count(warnings, 'warning')].filter(Boolean).join(', ') + '.';
}
