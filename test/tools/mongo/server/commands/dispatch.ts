import { CommandError, badValue, unsupported } from '../errors.js';
import { isDoc, type Doc } from '../values.js';
import { admin } from './admin.js';
import type { Command, ServerState } from './command.js';
import { reads } from './reads.js';
import { writes } from './writes.js';

const COMMANDS = new Map<string, Command>(Object.entries({ ...admin, ...reads, ...writes }));

/** Spellings that drivers also use. */
const ALIASES = new Map([
  ['ismaster', 'isMaster'],
  ['buildinfo', 'buildInfo'],
  ['findandmodify', 'findAndModify'],
]);

/** Fields of any command that change nothing on a standalone server that answers one command at a time. */
const ENVELOPE = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  '$readPreference',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'comment',
  'maxTimeMS',
  'readConcern',
  'writeConcern',
]);

const TRANSACTION_FIELDS = ['txnNumber', 'startTransaction', 'autocommit'];

/** Runs one command to its end and returns its answer without `ok`, or throws a CommandError. */
export function runCommand(state: ServerState, body: Doc): Doc {
  const typed = commandName(body);
  const name = ALIASES.get(typed) ?? typed;
  const command = COMMANDS.get(name);
  if (!command) throw new CommandError(59, 'CommandNotFound', `no such command: '${typed}'`);
  if (TRANSACTION_FIELDS.some((field) => field in body)) {
    throw new CommandError(20, 'IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos');
  }
  const unknown = Object.keys(body).find((field) => field !== typed && !ENVELOPE.has(field) && !command.options.includes(field));
  if (unknown) throw unsupported(`'${unknown}' of ${name}`);
  checkConcerns(body, state);
  const database = typeof body['$db'] === 'string' ? body['$db'] : 'admin';
  const call = { state, database, body: typed === name ? body : { ...body, [name]: body[typed] }, now: new Date(state.clock()) };
  return command.run(call);
}

export const commandName = (body: Doc): string => Object.keys(body)[0] ?? '';

function checkConcerns({ writeConcern, readConcern }: Doc, { journal, majorityReads }: ServerState): void {
  if (isDoc(writeConcern) && Number(writeConcern['w']) > 1) throw badValue(`cannot use 'w' > 1 when a host is not replicated`);
  if (isDoc(writeConcern) && writeConcern['j'] === true && !journal)
    throw badValue(`cannot use 'j' option when a host does not have journaling enabled`);
  if (isDoc(readConcern) && readConcern['level'] === 'majority' && !majorityReads) {
    throw new CommandError(
      148,
      'ReadConcernMajorityNotEnabled',
      `Majority read concern requested, but it is not supported by the storage engine.`,
    );
  }
  if (isDoc(readConcern) && readConcern['level'] === 'snapshot') throw unsupported('read concern snapshot');
}
