import { defineConfig, type Options } from 'tsup';
import { common } from '../tsup.config.js';

/**
 * esbuild shares no code between the entries of a CommonJS build: each would have an error class and a
 * base of stores of its own, and `instanceof` would fail across them. A file for each source file would
 * share it, and loading two hundred files takes four times as long as all that is in them. So each file
 * of the ESM build becomes a file, which requires the others.
 */
const requireEachFile: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'require-each-file',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.js$/, '.cjs'), external: true },
    );
  },
};

/** The CommonJS build, from the files of the ESM build. */
export default defineConfig({
  ...common,
  // Kept by the ESM build, as code.
  keepNames: false,
  entry: ['dist/**/*.js', '!dist/cli/**'],
  format: 'cjs',
  splitting: false,
  esbuildPlugins: [requireEachFile],
});
