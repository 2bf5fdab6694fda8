import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * Stands for the server behind Keyv: a `Map` that has each change in a file before the call returns. One line for each change; a torn last line is a
 * change that never returned.
 */
export class FileMap extends Map {
  #file;
  #syncs;

  /** `syncs: false` is for tests: a change then survives `kill -9`, but no power failure. */
  constructor(path, { syncs = true } = {}) {
    super();
    this.#syncs = syncs;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').slice(0, -1)) {
      const [key, value] = JSON.parse(line);
      if (value === undefined) super.delete(key);
      else super.set(key, value);
    }
    this.#file = openSync(path, 'a');
    ftruncateSync(this.#file, Buffer.byteLength(whole));
  }

  set(key, value) {
    this.#write([key, value]);
    return super.set(key, value);
  }

  delete(key) {
    this.#write([key]);
    return super.delete(key);
  }

  close() {
    closeSync(this.#file);
  }

  #write(change) {
    writeSync(this.#file, `${JSON.stringify(change)}\n`);
    if (this.#syncs) fdatasyncSync(this.#file);
  }
}
