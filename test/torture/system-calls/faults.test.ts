import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/json-file/temp-folder.js';
import { FAULTS, runWithFault } from './faults.js';
import type { ScenarioName } from './scenarios.js';

/** One call of so many fails, each with another fault: `npm run test:torture system-calls` takes all of both. */
const STRIDE: Readonly<Record<ScenarioName, number>> = { fresh: 15, reopened: 3, torn: 3, damaged: 4 };

describe('a call on the file system that fails', () => {
  it.each(Object.entries(STRIDE) as [ScenarioName, number][])(
    'loses nothing and invents nothing: %s',
    async (scenario, stride) => {
      const folder = tempFolder();
      const calls = await runWithFault(path.join(folder, '0'), { scenario, at: Infinity, fault: 'EIO', rest: false });
      let tried = 0;
      for (let at = 1; at <= calls; at += stride) {
        const fault = FAULTS[tried % FAULTS.length]!;
        const rest = tried % 4 === 3;
        tried += 1;
        try {
          await runWithFault(path.join(folder, `${tried}`), { scenario, at, fault, rest });
        } catch (error) {
          throw new Error(`call ${at} of ${calls}: ${fault}${rest ? ', and all after it' : ''}`, { cause: error });
        }
      }
      console.log(`${scenario}: ${tried} of ${calls} calls failed`);
      expect(tried).toBeGreaterThanOrEqual(12);
    },
  );
});
