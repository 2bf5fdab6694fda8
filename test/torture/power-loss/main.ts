/**
 * The long form: `npm run test:torture power-loss`. Every image of every moment of a small workload,
 * then random images of `TORTURE_SEEDS` (60) random workloads, and of openings after a power
 * failure. `TORTURE_SEED=7` is one of these again: the same calls, moments and images; only times and
 * random ids differ.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { report, seedsOf, sumOf } from '../seeds.js';
import { allOfSmall, type Counts, randomOfLarge } from './suite.js';

const GROUPS = 60;
const IMAGES_OF_A_MOMENT = 10;

void main();

async function main(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'power-loss-'));
  try {
    const small = await allOfSmall(path.join(folder, 'small'));
    console.log(`power-loss, all of a small workload: ${JSON.stringify(small)}`);
    const all: Counts[] = [];
    for (const seed of seedsOf(60)) {
      try {
        const counts = await randomOfLarge(path.join(folder, `${seed}`), seed, GROUPS, IMAGES_OF_A_MOMENT);
        report('power-loss', seed, counts, []);
        all.push(counts);
      } catch (error) {
        report('power-loss', seed, {}, [error instanceof Error ? error.message : String(error)]);
      }
      fs.rmSync(path.join(folder, `${seed}`), { recursive: true });
    }
    console.log(`power-loss, ${all.length} random workloads: ${JSON.stringify(sumOf(all.map((counts) => ({ ...counts }))))}`);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
