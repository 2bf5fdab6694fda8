import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FETCH_ERRORS } from './real-errors-fetch.js';
import { MISLEADING_ERRORS, REST_ERRORS } from './real-errors-rest.js';
import { provoke, shapeOf, type RealError } from './real-errors.js';
import { temporaryDiscordApi, type TemporaryDiscordApi } from './temporary.js';

const cases = [...REST_ERRORS, ...MISLEADING_ERRORS, ...FETCH_ERRORS];
let api: TemporaryDiscordApi;
let errors: Map<string, RealError>;

beforeAll(async () => {
  api = await temporaryDiscordApi();
  errors = await provoke(api.url, api.control, cases);
});

afterAll(() => api.close());

describe('the errors that a bot gets are recorded as they really are', () => {
  it.each(cases)('$title', ({ title, shape, posted }) => {
    const real = errors.get(title)!;
    expect(shapeOf(real.error)).toMatchObject(shape);
    expect(real.posted).toBe(posted);
  });
});
