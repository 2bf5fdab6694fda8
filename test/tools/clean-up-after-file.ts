import { afterAll } from 'vitest';
import { cleanUpAfterFile } from './after-file.js';

// Evaluated once for each test file; a module that the files of a worker share would be heard in the first of them alone.
afterAll(cleanUpAfterFile);
