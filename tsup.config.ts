import { defineConfig, type Options } from 'tsup';

/** The entry points, as files below a folder: `exports` of package.json names the same paths below dist. */
const entriesIn = (folder: string, extension: string): Record<string, string> =>
  Object.fromEntries(
    ['index', 'store', 'conformance/index', 'platforms/discord/index', 'platforms/telegram/index'].map((path) => [
      path,
      `${folder}/${path}${extension}`,
    ]),
  );

const common: Options = {
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

/**
 * esbuild shares no code between the entries of a CommonJS build: each would have an error class and a
 * base of stores of its own, and `instanceof` would fail across them. So each source file becomes a
 * file, which all entries require.
 */
const requireEachFile: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'require-each-file',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.js$/, '.cjs'), external: true },
    );
  },
};

export default defineConfig([
  { ...common, entry: { ...entriesIn('src', '.ts'), 'cli/main': 'src/cli/main.ts' }, format: 'esm', splitting: true },
  { ...common, entry: ['src/**/*.ts', '!src/cli/**'], format: 'cjs', splitting: false, esbuildPlugins: [requireEachFile] },
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
