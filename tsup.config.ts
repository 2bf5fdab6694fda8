import { defineConfig, type Options } from 'tsup';

/** The entry points, as files below a folder: `exports` of package.json names the same paths below dist. */
const entriesIn = (folder: string, extension: string): Record<string, string> =>
  Object.fromEntries(
    ['index', 'store', 'conformance/index', 'platforms/discord/index', 'platforms/telegram/index'].map((path) => [
      path,
      `${folder}/${path}${extension}`,
    ]),
  );

/** Of every build of code. */
export const common: Options = {
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  esbuildOptions: (options) => {
    // A map leads a stack trace to file and line. The text of the sources would double the package.
    options.sourcesContent = false;
  },
  removeNodeProtocol: false,
  silent: true,
};

export default defineConfig([
  { ...common, entry: { ...entriesIn('src', '.ts'), 'cli/main': 'src/cli/main.ts' }, format: 'esm', splitting: true },
  {
    format: ['esm', 'cjs'],
    silent: true,
    // From the declarations that the compiler wrote before: tsup would write them itself, once for each
    // format, and takes ten times as long.
    entry: entriesIn('.types', '.d.ts'),
    // tsup still passes `baseUrl`, which TypeScript 6 calls deprecated.
    dts: { only: true, compilerOptions: { ignoreDeprecations: '6.0' } },
  },
]);
