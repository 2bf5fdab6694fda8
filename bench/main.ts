/** Runs every benchmark, one after the other, each in a process of its own; then draws the plots. `npm run bench` */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'main.ts' && name !== 'plot.ts');

for (const script of [...scripts, 'plot.ts']) {
  process.stdout.write(`\n${script}\n`);
  execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', `${folder}${script}`], { stdio: 'inherit' });
}
