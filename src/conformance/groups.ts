import { askingThePlatform } from './groups/asking-the-platform.js';
import { badCalls } from './groups/bad-calls.js';
import { badCodes } from './groups/bad-codes.js';
import { badGuildIds } from './groups/bad-guild-ids.js';
import { baseline } from './groups/baseline.js';
import { claims } from './groups/claims.js';
import { closing } from './groups/closing.js';
import { concurrentCallers } from './groups/concurrent-callers.js';
import { filterAndMark } from './groups/filter-and-mark.js';
import { firstMarkWins } from './groups/first-mark-wins.js';
import { forgetAndClear } from './groups/forget-and-clear.js';
import { identity } from './groups/identity.js';
import { largeBatches } from './groups/large-batches.js';
import { leases } from './groups/leases.js';
import { listingAndStats } from './groups/listing-and-stats.js';
import { manyGuilds } from './groups/many-guilds.js';
import { outages } from './groups/outages.js';
import { receipts } from './groups/receipts.js';
import { releaseAndRenew } from './groups/release-and-renew.js';
import { reopening } from './groups/reopening.js';
import { sentBeatsAll } from './groups/sent-beats-all.js';
import { sharedData } from './groups/shared-data.js';
import { support } from './groups/support.js';
import { uncertainCodes } from './groups/uncertain-codes.js';
import { wholeMessages } from './groups/whole-messages.js';

/** All promises, the simplest first. */
export const groups = [
  support,
  identity,
  filterAndMark,
  manyGuilds,
  firstMarkWins,
  receipts,
  claims,
  releaseAndRenew,
  leases,
  sentBeatsAll,
  uncertainCodes,
  wholeMessages,
  askingThePlatform,
  baseline,
  listingAndStats,
  forgetAndClear,
  badGuildIds,
  badCodes,
  badCalls,
  closing,
  largeBatches,
  concurrentCallers,
  reopening,
  sharedData,
  outages,
] as const;

/** The name of a group of promises. */
export type ConformanceGroupName = (typeof groups)[number]['name'];
