import { createRequire } from 'node:module';
import path from 'node:path';
import type Ts from 'typescript';
import type { Consumer } from '../support/consumer.js';

/** How a project finds its packages. */
export type Resolution = 'node16' | 'bundler';

/** Compiles files of a consumer. Resolves to what the compiler says against them, or against the package. */
export type Compile = (consumer: Consumer, files: readonly string[], resolution: Resolution) => Promise<string>;

const ownRequire = createRequire(import.meta.url);

/**
 * By a compiler with an API, loaded from the consumer's packages or from those of this project. The
 * files and the declarations of the package are checked; those of Node and of the driver are read.
 * `skipLibCheck` would pass over the package too.
 */
export function compilerFrom(where: 'consumer' | 'project'): Compile {
  return async (consumer, files, resolution) => {
    const from = where === 'consumer' ? createRequire(path.join(consumer.folder, 'package.json')) : ownRequire;
    const ts = from('typescript') as typeof Ts;
    const { options, errors } = ts.convertCompilerOptionsFromJson(compilerOptions(resolution), consumer.folder);
    const host = { ...ts.createCompilerHost(options), getCurrentDirectory: () => consumer.folder };
    const program = ts.createProgram(
      files.map((file) => path.join(consumer.folder, file)),
      options,
      host,
    );
    const own = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName));
    const found = [
      ...errors,
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ];
    if (!own.some(({ fileName }) => fileName.includes('node_modules'))) return 'the package was not found';
    return ts.formatDiagnostics(found, host);
  };
}

/** By the native compiler, as a command. It checks the declarations of Node and of the driver too. */
export const nativeCompiler: Compile = async (consumer, files, resolution) => {
  consumer.write('tsconfig.json', JSON.stringify({ compilerOptions: compilerOptions(resolution), files }));
  const tsc = path.join(path.dirname(ownRequire.resolve('typescript7/package.json')), 'bin/tsc');
  const { code, output } = await consumer.run(process.execPath, tsc, '--pretty', 'false');
  return code === 0 ? output : `${output}exit code ${code}`;
};

const compilerOptions = (resolution: Resolution): object => ({
  strict: true,
  noEmit: true,
  target: 'es2022',
  // As a project for Node has it. With the types of the browser, half of the time goes to them.
  lib: ['es2022'],
  skipLibCheck: false,
  types: ['node'],
  exactOptionalPropertyTypes: true,
  module: resolution === 'bundler' ? 'esnext' : 'node16',
  moduleResolution: resolution,
});

function isOwn(fileName: string): boolean {
  return !fileName.includes('/node_modules/') || fileName.includes('/node_modules/sent-code-store/');
}
