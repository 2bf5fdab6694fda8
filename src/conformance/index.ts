/**
 * For authors of stores: the tests that show whether a store keeps what `SentCodeStore` promises.
 *
 * @packageDocumentation
 */
export type { ConformanceGroupName } from './groups.js';
export type { Fixture, OtherProcess } from './fixture.js';
export { type DescribeFunction, type ItFunction, testSentCodeStore, type TestOptions } from './register.js';
export type { ConformanceOptions } from './options.js';
export { type ConformanceFailure, type ConformanceReport, runConformance } from './run.js';
