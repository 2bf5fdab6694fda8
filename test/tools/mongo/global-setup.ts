import type { TestProject } from 'vitest/node';
import { chooseServer } from './choose-server.js';

/** Chooses the MongoDB server of the run, says which on the first line, and hands its URI to the tests (`inject('mongo')`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { info, description, stop } = await chooseServer(process.env);
  console.log(`Mongo for this run: ${description}`);
  project.provide('mongo', info);
  // Others have one fail point for all test files: one file would end another's, or be hit by it.
  if (info.kind !== 'in-process') project.config.maxWorkers = 1;
  return stop;
}
