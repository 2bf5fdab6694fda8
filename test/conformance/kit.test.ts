import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Fixture, runConformance, testSentCodeStore, type TestOptions } from 'sent-code-store/conformance';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { scriptOf } from '../tools/script.js';
import { memoryFixture } from '../support/stores/memory-fixture.js';

const supports = { claims: 'process', times: true, sources: true, receipts: true, metadata: true, durable: false } as const;
const options: TestOptions = { name: 'MemoryStore', supports, create: async () => memoryFixture() };

interface Registered {
  readonly path: string;
  readonly run: () => Promise<void>;
  readonly timeoutMs: number | undefined;
}

/** A runner that writes down what is registered. */
function recorder(): { tests: Registered[]; skipped: string[]; runner: Required<Pick<TestOptions, 'describe' | 'it'>> } {
  const tests: Registered[] = [];
  const skipped: string[] = [];
  const path: string[] = [];
  const record = (name: string, run: () => Promise<void>, timeoutMs?: number): void => {
    tests.push({ path: [...path, name].join(' > '), run, timeoutMs });
  };
  return {
    tests,
    skipped,
    runner: {
      describe: (name, body) => {
        path.push(name);
        body();
        path.pop();
      },
      it: Object.assign(record, { skip: (name: string) => skipped.push(name) }),
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

describe('testSentCodeStore', () => {
  it('registers one describe for the store and one for each group', () => {
    const { tests, runner } = recorder();
    testSentCodeStore({ ...options, ...runner });
    const paths = tests.map(({ path }) => path);
    expect(paths[0]).toBe('MemoryStore is a SentCodeStore > support > says what it supports');
    expect(new Set(paths).size).toBe(paths.length);
    expect(tests.every(({ timeoutMs }) => timeoutMs === 60_000)).toBe(true);
  });

  it('leaves out the promises that the store does not make, and asks for refusals instead', () => {
    const { tests, runner } = recorder();
    testSentCodeStore({ ...options, ...runner, supports: { ...supports, claims: false } });
    const paths = tests.map(({ path }) => path).join('\n');
    expect(paths).not.toContain('> leases >');
    expect(paths).toContain('CLAIMS_UNSUPPORTED');
    expect(paths).not.toContain('> reopening >');
  });

  it('registers a group that is left out as skipped, with the reason', () => {
    const { tests, skipped, runner } = recorder();
    testSentCodeStore({ ...options, ...runner, skip: { outages: 'no backend' } });
    expect(tests.map(({ path }) => path).join('\n')).not.toContain('> outages >');
    expect(skipped.length).toBeGreaterThan(0);
    expect(skipped.every((name) => name.endsWith('(left out: no backend)'))).toBe(true);
  });

  it('takes describe and it from the globals of a runner that has them', () => {
    const { tests, runner } = recorder();
    vi.stubGlobal('describe', runner.describe);
    vi.stubGlobal('it', runner.it);
    testSentCodeStore(options);
    expect(tests.length).toBeGreaterThan(100);
  });

  it('says what to pass where the runner has no globals', () => {
    expect(() => testSentCodeStore(options)).toThrow(/no global describe\(\).*testSentCodeStore\(\{ describe, it/s);
  });

  it('refuses the name of a group that does not exist', () => {
    const skip = { outage: 'misspelt' } as TestOptions['skip'] & object;
    expect(() => testSentCodeStore({ ...options, ...recorder().runner, skip })).toThrow(/"outage".*"outages"/s);
  });

  it('disposes of the fixture after a test, also after one that failed', async () => {
    const { tests, runner } = recorder();
    const disposed: string[] = [];
    const broken = (): Fixture => {
      const fixture = memoryFixture();
      return { ...fixture, dispose: () => fixture.dispose().finally(() => disposed.push('x')) };
    };
    testSentCodeStore({ ...options, ...runner, create: async () => broken(), supports: { ...supports, times: false } });
    await expect(tests[0]!.run()).rejects.toThrow(/times/);
    await tests[1]!.run();
    expect(disposed).toHaveLength(2);
  });
});

describe('runConformance', () => {
  it('reports what passed, what failed and what was left out', async () => {
    const report = await runConformance({ ...options, skip: { outages: 'no backend', leases: 'for once' } });
    expect(report.failures).toEqual([]);
    expect(report.passed).toBeGreaterThan(100);
    expect(report.skipped).toEqual({ outages: 'no backend', leases: 'for once' });
  });

  it('fails the tests that need a hook which the fixture has not, and names the hook', async () => {
    const { failures } = await runConformance({
      ...options,
      create: async () => {
        const fixture = memoryFixture();
        return { store: fixture.store, dispose: () => fixture.dispose() };
      },
    });
    const texts = failures.map(({ group, error }) => `${group}: ${String(error)}`);
    expect(texts).toContainEqual(expect.stringMatching(/^leases: Error: The fixture has no advance\(\)/));
    expect(texts).toContainEqual(expect.stringMatching(/^outages: Error: The fixture has no outage\(\).*skip/));
  });

  it('gives up on a call that never ends', async () => {
    const { failures } = await runConformance({
      ...options,
      timeoutMs: 50,
      create: async () => {
        const fixture = memoryFixture();
        fixture.store.ping = () => new Promise(() => undefined);
        return fixture;
      },
    });
    expect(failures.map(({ name }) => name)).toContain('gives a sign of life');
  });
});

it('the kit runs under node:test, with exit code 0 for a store that conforms and 1 for one that does not', async () => {
  const run = async (store: string): Promise<{ stdout: string }> => {
    const script = await scriptOf(new URL(`../support/conformance/${store}.ts`, import.meta.url));
    return promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', script]);
  };
  expect((await run('node-test-memory')).stdout).toMatch(/# pass 1\d\d\n# fail 0\n/);
  await expect(run('node-test-forgetful')).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/not ok \d+ - never offers a marked code again/) as string,
  });
});
