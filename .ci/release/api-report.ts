import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where the reports are kept, one for each entry point. */
const REPORTS = `${root}docs/api-report`;

/**
 * Compares the reports with the declarations in dist, and writes them if asked to. Returns the
 * names of those that differ.
 */
export function changedReports({ update }: { readonly update: boolean }): string[] {
  mkdirSync(REPORTS, { recursive: true });
  const entries = entryPoints();
  const [first] = entries;
  if (first === undefined) throw new Error('package.json: exports has no entry point with types');
  // The declarations are read once for all entry points.
  const compilerState = CompilerState.create(configOf(first), {
    additionalEntryPoints: entries.map(({ declarations }) => declarations),
  });
  const isChanged = (entry: EntryPoint): boolean =>
    Extractor.invoke(configOf(entry), {
      compilerState,
      localBuild: update,
      messageCallback: (message) => (message.handled = true),
    }).apiReportChanged;
  return entries.filter(isChanged).map(({ report }) => report);
}

interface EntryPoint {
  /** The report's name. */
  readonly report: string;
  /** The file of declarations in dist. */
  readonly declarations: string;
}

function entryPoints(): EntryPoint[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    exports: Readonly<Record<string, { readonly import: { readonly types: string } } | string>>;
  };
  return Object.entries(exports).flatMap(([entry, paths]) =>
    typeof paths === 'string'
      ? []
      : { report: `${entry === '.' ? 'root' : entry.slice(2)}.api.md`, declarations: root + paths.import.types.slice(2) },
  );
}

function configOf({ report, declarations }: EntryPoint): ExtractorConfig {
  const silent = { default: { logLevel: ExtractorLogLevel.None } };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: declarations,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2023',
            lib: ['es2023'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [declarations],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: REPORTS,
        reportTempFolder: `${root}.test-results/api-report`,
      },
      // Other tests look at these: typedoc at links, arethetypeswrong at types.
      messages: { compilerMessageReporting: silent, extractorMessageReporting: silent, tsdocMessageReporting: silent },
      newlineKind: 'lf',
    },
  });
}

/** `npm run api:update`: writes the reports from what was built. */
if (process.argv[1] === import.meta.filename) {
  const changed = changedReports({ update: true });
  process.stdout.write(changed.map((report) => `${report}\n`).join('') || 'Nothing has changed.\n');
}
