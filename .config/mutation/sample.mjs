import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

const every = Number(process.env.MUTATION_SAMPLE ?? 1);

/** Takes one of `MUTATION_SAMPLE` mutants: by what it is, so that each run takes the same. */
class Sample {
  init = async () => undefined;

  async check(mutants) {
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, isTaken(mutant) ? TAKEN : LEFT_OUT]));
  }
}

function isTaken({ fileName, location: { start, end }, replacement }) {
  const text = [basename(fileName), start.line, start.column, end.line, end.column, replacement].join(' ');
  return createHash('sha256').update(text).digest().readUInt32BE() % every === 0;
}

const TAKEN = { status: 'passed' };
/** The status of what is no valid mutant, the only one that a checker can give. */
const LEFT_OUT = { status: 'compileError', reason: 'not in the sample' };

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample', Sample)];
