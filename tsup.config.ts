import { defineConfig, type Options } from 'tsup';

const entry = { index: 'src/index.ts', 'conformance/index': 'src/conformance/index.ts' };

const common: Options = {
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  keepNames: true,
  removeNodeProtocol: false,
  // tsup still passes `baseUrl` to the declaration build, which TypeScript 6 calls deprecated.
  dts: { entry, compilerOptions: { ignoreDeprecations: '6.0' } },
};

// esbuild does not share code between the entries of a CommonJS build. The kit therefore loads the public entry at run time,
// so that an error class exists once and `instanceof` holds across both entries.
const keepIndexExternal: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'keep-index-external',
  setup(build) {
    build.onResolve({ filter: /^\.\.\/index\.js$/ }, () => ({ path: '../index.cjs', external: true }));
  },
};

export default defineConfig([
  { ...common, entry, format: 'esm', splitting: true },
  { ...common, entry, format: 'cjs', splitting: false, esbuildPlugins: [keepIndexExternal] },
]);
