import * as driver7 from 'mongodb';
import * as driver6 from 'mongodb6';
import { describe, it } from 'vitest';
import { testSentCodeStore } from 'sent-code-store/conformance';
import type { MongoStoreSettings } from '../../src/stores/mongo/options.js';
import { freshDatabase } from '../tools/mongo/connect.js';
import { mongoFixture, type Driver } from './mongo-fixture.js';

const setups: readonly (readonly [name: string, driver: Driver, settings: MongoStoreSettings])[] = [
  ['driver 7, dates', driver7, {}],
  ['driver 6, ISO timestamps', driver6, { timestamps: 'iso' }],
];

for (const [name, driver, settings] of setups) {
  const database = freshDatabase();
  testSentCodeStore({
    name: `MongoStore (${name})`,
    describe,
    it,
    supports: { claims: 'shared', times: true, sources: true, receipts: true, metadata: true, durable: true },
    create: () => mongoFixture(driver, database, settings),
  });
}
