import * as driver7 from 'mongodb';
import { testMongoStore } from './mongo-fixture.js';

testMongoStore('driver 7, dates', driver7);
