import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tells of each module that is loaded, from the thread that loads them. */
const hooks = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  export const load = (url, context, next) => (writeSync(1, url + '\\n'), next(url, context));
`)}`;

function asModules(): string[] {
  const script = `
    import { register } from 'node:module';
    register(${JSON.stringify(hooks)});
    await import(${JSON.stringify(pathToFileURL(`${root}dist/index.js`).href)});`;
  return linesOf('--input-type=module', '--eval', script)
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url));
}

function asCommonJs(): string[] {
  const script = `
    require(${JSON.stringify(`${root}dist/index.cjs`)});
    console.log(Object.keys(require.cache).join('\\n'));`;
  return linesOf('--eval', script);
}

/** The modules of Node that are in the process after an import, without `node:`. */
function builtins(url: string): string[] {
  const script = `import(${JSON.stringify(url)}).then(() => {
    console.log(process.moduleLoadList.filter((name) => /^NativeModule [a-z_/]+$/.test(name)).map((name) => name.slice(13)).join('\\n'));
  });`;
  return linesOf('--eval', script);
}

/** A zod that has nothing, in the place of the real one. */
const withoutZod = `data:text/javascript,${encodeURIComponent(`
  const nothing = "export const z = new Proxy({}, { get: (_, name) => { throw new Error('z.' + String(name) + ' is used'); } });";
  export const resolve = (specifier, context, next) =>
    specifier === 'zod' ? { url: 'data:text/javascript,' + encodeURIComponent(nothing), shortCircuit: true } : next(specifier, context);
`)}`;

function linesOf(...args: string[]): string[] {
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

interface Limits {
  readonly modules: number;
  readonly kilobytes: number;
}

describe.for([
  // A little over what it is. Each module and each byte of an import is time at the start of every bot: docs/performance.md.
  ['ES modules', asModules, { modules: 10, kilobytes: 510 }],
  ['CommonJS', asCommonJs, { modules: 10, kilobytes: 550 }],
] as const satisfies [string, () => string[], Limits][])('the import of the root as %s', ([, load, limits]) => {
  let loaded: string[];
  let ours: string[];
  beforeAll(() => {
    loaded = load().map((path) => relative(root, path).split(sep).join('/'));
    ours = loaded.filter((path) => path.startsWith('dist/'));
  });

  it('loads few modules of ours, and few bytes', () => {
    const bytes = ours.reduce((sum, path) => sum + statSync(`${root}${path}`).size, 0);
    expect(ours).not.toEqual([]);
    expect(ours.length).toBeLessThanOrEqual(limits.modules);
    expect(bytes / 1000).toBeLessThanOrEqual(limits.kilobytes);
  });

  it('loads no package but zod: no driver, and nothing for the files of old bots', () => {
    const packages = loaded.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(['zod']));
  });

  it('loads neither the command line, nor the conformance kit, nor a platform that the bot has not named', () => {
    expect(ours.filter((path) => /^dist\/(?:cli|conformance|platforms\/(?:discord|telegram))\//.test(path))).toEqual([]);
  });
});

it.for(['dist/index.js', 'dist/index.cjs'])('%s loads no server, no process and no thread of Node', (entry) => {
  const after = builtins(pathToFileURL(`${root}${entry}`).href);
  expect(after).toContain('zlib');
  const heavy = ['child_process', 'cluster', 'http', 'http2', 'https', 'inspector', 'readline', 'repl', 'tls', 'worker_threads'];
  // Node itself loads some of them to import anything; Node 22 loads threads with `util`.
  const without = new Set(builtins('node:util'));
  expect(after.filter((name) => heavy.includes(name) && !without.has(name))).toEqual([]);
});

// To build them all takes as long as to compile this package, and a bot uses few of them.
it.for(['index', 'store', 'conformance/index', 'platforms/discord/index', 'platforms/telegram/index'])(
  'the import of dist/%s.js builds no schema',
  (entry) => {
    const script = `
      import { register } from 'node:module';
      register(${JSON.stringify(withoutZod)});
      console.log(Object.keys(await import(${JSON.stringify(pathToFileURL(`${root}dist/${entry}.js`).href)})).length > 0);`;
    expect(linesOf('--input-type=module', '--eval', script)).toEqual(['true']);
  },
);
