import { expect, it } from 'vitest';
import { changedReports } from '../../.ci/release/api-report.js';

// A reviewer sees there what a change does to the types that users have.
it('the reports of the public types are up to date: after a change on purpose, npm run build && npm run api:update', () => {
  expect(changedReports({ update: false })).toEqual([]);
});
