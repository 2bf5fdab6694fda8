import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.js';
import type { StoreSupport } from '../contract/support.js';
import { checkOptions } from '../core/check-options.js';
import { lazySchema } from '../core/lazy-schema.js';
import { functionSchema, optionSchema, textSchema, waitSchema } from '../core/option-schemas.js';
import { nearest } from '../domain/nearest.js';
import type { Fixture } from './fixture.js';
import { groups, type ConformanceGroupName } from './groups.js';

/** What the kit needs to know of a store. */
export interface ConformanceOptions {
  /**
   * What the store must support. Compared with the store's `supports`; the store must refuse
   * everything else.
   */
  readonly supports: StoreSupport;
  /** Makes a store for one test. */
  readonly create: () => Promise<Fixture>;
  /** Groups to leave out, each with a reason. */
  readonly skip?: Readonly<Partial<Record<ConformanceGroupName, string>>>;
  /** The time limit of one test in ms. Default: 60 000 ms. */
  readonly timeoutMs?: number;
}

const conformanceSchema = lazySchema(() =>
  z.strictObject({
    supports: optionSchema<StoreSupport>(
      isSupport,
      'what the store supports: claims is "shared", "process" or false; times, sources, metadata and durable are true or false',
    ),
    create: functionSchema(),
    skip: optionSchema<object>(
      (value) => typeof value === 'object' && value !== null,
      'an object with a reason for each group that is left out',
    ).optional(),
    timeoutMs: waitSchema(1).optional(),
    name: textSchema().optional(),
    describe: functionSchema().optional(),
    it: functionSchema().optional(),
  }),
);
const registrationSchema = lazySchema(() => conformanceSchema().extend({ name: textSchema() }));

/**
 * Checks the options of {@link runConformance}, which also takes those of
 * {@link testSentCodeStore}.
 */
export function checkConformanceOptions(options: ConformanceOptions): void {
  checkOptions(conformanceSchema, options, 'runConformance');
  checkSkipped(options, 'runConformance');
}

/** Checks the options of {@link testSentCodeStore}. */
export function checkTestOptions(options: ConformanceOptions): void {
  checkOptions(registrationSchema, options, 'testSentCodeStore');
  checkSkipped(options, 'testSentCodeStore');
}

function isSupport(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { claims, times, sources, metadata, durable } = value as Partial<StoreSupport>;
  return (
    (claims === 'shared' || claims === 'process' || claims === false) &&
    [times, sources, metadata, durable].every((flag) => typeof flag === 'boolean')
  );
}

function checkSkipped({ skip = {} }: ConformanceOptions, owner: string): void {
  const names = groups.map(({ name }): string => name);
  const unknown = Object.keys(skip).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, names);
  throw new InvalidInputError(
    'INVALID_OPTION',
    'skip',
    `${owner}: there is no group "${unknown}" to skip. ${meant === undefined ? '' : `Did you mean "${meant}"? `}` +
      `The groups: "${names.join('", "')}".`,
  );
}
