import * as driver6 from 'mongodb6';
import { testMongoStore } from './mongo-fixture.js';

testMongoStore('driver 6, ISO timestamps', driver6, { timestamps: 'iso' });
