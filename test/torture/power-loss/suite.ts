import fs from 'node:fs';
import path from 'node:path';
import type { DiskState } from '../../support/json-file/disk-model.js';
import { seeded } from '../../support/delivery/jitter.js';
import { type Allowed, describeImage, openAfterKill, openOnDisk, Reader, runOnDisk } from './power-loss.js';
import { allImages, type Image, imageOf } from './reorderings.js';
import { randomWorkload, SMALL } from './workloads.js';

/** What was looked at. */
export interface Counts {
  readonly moments: number;
  readonly images: number;
  readonly different: number;
  /** Power failures while a store was opened after one. */
  readonly again: number;
  /** Power failures after a process was killed and the next one had opened the store. */
  readonly afterKill: number;
}

const MOST_IMAGES_OF_A_MOMENT = 100_000;
/** Processes that are killed in each random workload. */
const KILLS = 5;
/** One image of so many is opened, and the power fails again meanwhile. */
const OPENED = 50;

/** Every image of every moment of a small workload. Throws what is wrong. */
export async function allOfSmall(folder: string): Promise<Counts> {
  const seen: Moment[] = [];
  await runOnDisk(folder, SMALL, { foldAt: 2000, pieceBytes: 1000 }, (state, allowed) => seen.push({ state, allowed }));
  const reader = new Reader();
  let images = 0;
  for (const { state, allowed } of seen) {
    for (const image of allImages(state, MOST_IMAGES_OF_A_MOMENT)) {
      images += 1;
      await look(reader, image, allowed, 'small workload');
    }
  }
  return { moments: seen.length, images, different: reader.different, again: 0, afterKill: 0 };
}

/** Random images of each moment of a random workload, and of openings after a power failure. Throws what is wrong. */
export async function randomOfLarge(folder: string, seed: number, groups: number, eachMoment: number): Promise<Counts> {
  const random = seeded(seed);
  const choose = (ways: number): number => Math.floor(random() * ways);
  const sizes = { foldAt: 1000 + choose(4000), pieceBytes: 200 + choose(2000) };
  const workload = randomWorkload(random, groups);
  const chosen: { image: Image; allowed: Allowed }[] = [];
  let moments = 0;
  await runOnDisk(path.join(folder, 'large'), workload, sizes, (state, allowed) => {
    moments += 1;
    for (let count = 0; count < eachMoment; count += 1) chosen.push({ image: imageOf(state, choose), allowed });
  });
  const uninterrupted = chosen.length;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await openAfterKill(path.join(folder, `killed-${kill}`), workload, sizes, choose(moments), (state, allowed) => {
      for (let count = 0; count < eachMoment; count += 1) chosen.push({ image: imageOf(state, choose), allowed });
    });
  }
  const reader = new Reader();
  let again = 0;
  for (const [index, { image, allowed }] of chosen.entries()) {
    await look(reader, image, allowed, `seed ${seed}, image ${index}`);
    if (index % OPENED !== 0) continue;
    const second: Image[] = [];
    const opened = path.join(folder, 'opened');
    await openOnDisk(opened, image, sizes, (state) => second.push(imageOf(state, choose)));
    again += second.length;
    for (const left of second) await look(reader, left, allowed, `seed ${seed}, image ${index}, opened`);
    fs.rmSync(opened, { recursive: true });
  }
  const afterKill = chosen.length - uninterrupted;
  return { moments, images: chosen.length + again, different: reader.different, again, afterKill };
}

interface Moment {
  readonly state: DiskState;
  readonly allowed: Allowed;
}

async function look(reader: Reader, image: Image, allowed: Allowed, when: string): Promise<void> {
  const wrong = await reader.wrongWith(image, allowed);
  if (wrong !== undefined) throw new Error(`${when}: ${wrong}\n${describeImage(image)}`);
}
