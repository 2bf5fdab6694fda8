import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp-folder.js';

/** A file system of its own in memory, unmounted after the test. */
export function mounted(options: string): string {
  const folder = path.join(tempFolder(), 'mount');
  fs.mkdirSync(folder);
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  onTestFinished(() => {
    spawnSync('umount', [folder]);
  });
  return folder;
}

/** Whether this user may mount a file system. */
export function canMount(): boolean {
  const folder = fs.mkdtempSync('/tmp/json-file-mount-');
  const able = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]).status === 0;
  if (able) spawnSync('umount', [folder]);
  fs.rmdirSync(folder);
  return able;
}
