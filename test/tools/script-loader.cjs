'use strict';
// Runs the bundle beside it. What V8 compiled is kept beside it too: without, half of the time of a short child is compiling.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { wrap } = require('node:module');
const path = require('node:path');
const { Script } = require('node:vm');

const bundle = path.join(__dirname, 'bundle.cjs');
const compiled = path.join(__dirname, 'compiled');
const cachedData = readIfThere(compiled);
const script = new Script(wrap(readFileSync(bundle, 'utf8')), { filename: bundle, cachedData });
if (cachedData === undefined) {
  // Most is compiled when all modules have run; the rest at the end, if the child is not killed before.
  setImmediate(keep);
  process.once('exit', keep);
}
script.runInThisContext()(exports, require, module, bundle, __dirname);

function keep() {
  const draft = `${compiled}.${process.pid}`;
  try {
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, compiled);
  } catch {
    // Another user's folder, or one that was removed: the next child compiles for itself.
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
