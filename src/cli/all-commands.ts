import type { Command } from './command.js';
import { check } from './commands/check.js';
import { clear } from './commands/clear.js';
import { compact } from './commands/compact.js';
import { doctor } from './commands/doctor.js';
import { exportCommand } from './commands/export.js';
import { forget } from './commands/forget.js';
import { importCommand } from './commands/import.js';
import { list } from './commands/list.js';
import { mark } from './commands/mark.js';
import { migrate } from './commands/migrate.js';
import { recover } from './commands/recover.js';
import { reset } from './commands/reset.js';
import { resetMigration } from './commands/reset-migration.js';
import { resolve } from './commands/resolve.js';
import { stats } from './commands/stats.js';
import { uncertain } from './commands/uncertain.js';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  doctor,
  check,
  mark,
  list,
  stats,
  uncertain,
  resolve,
  forget,
  reset,
  clear,
  migrate,
  resetMigration,
  exportCommand,
  importCommand,
  compact,
  recover,
];
