import { defineConfig, type Options } from 'tsup';

/** The entry points: `exports` of package.json names the same paths below dist. */
const entry = Object.fromEntries(
  ['index', 'store', 'conformance/index', 'platforms/discord/index', 'platforms/telegram/index'].map((path) => [
    path,
    `src/${path}.ts`,
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
  keepNames: true,
  removeNodeProtocol: false,
  silent: true,
  // tsup still passes `baseUrl` to the declaration build, which TypeScript 6 calls deprecated.
  dts: { entry, compilerOptions: { ignoreDeprecations: '6.0' } },
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
  { ...common, entry: { ...entry, 'cli/main': 'src/cli/main.ts' }, format: 'esm', splitting: true },
  { ...common, entry: ['src/**/*.ts', '!src/cli/**'], format: 'cjs', splitting: false, esbuildPlugins: [requireEachFile] },
]);
