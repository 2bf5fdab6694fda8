import { CommandError, badValue, toCommandError, unsupported } from '../errors.js';
import { projector } from '../evaluate.js';
import { applyUpdate, differs, documentToInsert } from '../update.js';
import { isDoc, type Doc } from '../values.js';
import { collectionName, docField, docsField, type Call, type Command } from './command.js';
import { select } from './reads.js';

/** Runs the statements of a bulk in their order. An ordered bulk ends at the first error, an unordered one goes on. */
function runStatements(call: Call, statements: readonly Doc[], runStatement: (statement: Doc, index: number) => void): Doc {
  const writeErrors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      runStatement(statement, index);
    } catch (error) {
      const { code, message, details } = toCommandError(error);
      writeErrors.push({ index, code, ...details, errmsg: message });
      if (call.body['ordered'] !== false) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}

function refuseUnknown(statement: Doc, known: readonly string[]): void {
  const unknown = Object.keys(statement).find((field) => !known.includes(field));
  if (unknown) throw unsupported(`'${unknown}' of a write`);
}

const insert: Command = {
  options: ['documents', 'ordered', 'bypassDocumentValidation'],
  run(call) {
    const collection = call.state.storage.open(call.database, collectionName(call, 'insert'));
    let n = 0;
    const failed = runStatements(call, docsField(call.body, 'documents'), (document) => {
      collection.insert(document);
      n++;
    });
    return { n, ...failed };
  },
};

interface UpdateOutcome {
  readonly matched: number;
  readonly modified: number;
  readonly inserted?: Doc;
}

function updateStatement(call: Call, name: string, statement: Doc): UpdateOutcome {
  refuseUnknown(statement, ['q', 'u', 'multi', 'upsert', 'hint']);
  const { u, multi, upsert } = statement;
  const filter = docField(statement, 'q');
  if (multi === true && isDoc(u) && !Object.keys(u)[0]?.startsWith('$'))
    throw badValue('multi update is not supported for replacement-style update');
  const collection = call.state.storage.open(call.database, name);
  const matched = select(call, name, { filter, limit: multi === true ? 0 : 1 });
  let modified = 0;
  for (const document of matched) {
    const next = applyUpdate(document, u, call.now);
    if (!differs(document, next)) continue;
    collection.replace(document, next);
    modified++;
  }
  if (matched.length > 0 || upsert !== true) return { matched: matched.length, modified };
  return { matched: 0, modified: 0, inserted: collection.insert(documentToInsert(filter, u, call.now)) };
}

const update: Command = {
  options: ['updates', 'ordered', 'bypassDocumentValidation'],
  run(call) {
    const name = collectionName(call, 'update');
    const upserted: Doc[] = [];
    let n = 0;
    let nModified = 0;
    const failed = runStatements(call, docsField(call.body, 'updates'), (statement, index) => {
      const outcome = updateStatement(call, name, statement);
      n += outcome.matched + (outcome.inserted ? 1 : 0);
      nModified += outcome.modified;
      if (outcome.inserted) upserted.push({ index, _id: outcome.inserted['_id'] });
    });
    return { n, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...failed };
  },
};

const deleteCommand: Command = {
  options: ['deletes', 'ordered'],
  run(call) {
    const name = collectionName(call, 'delete');
    let n = 0;
    const failed = runStatements(call, docsField(call.body, 'deletes'), (statement) => {
      refuseUnknown(statement, ['q', 'limit', 'hint']);
      const limit = Number(statement['limit']);
      if (limit !== 0 && limit !== 1)
        throw new CommandError(9, 'FailedToParse', 'The limit field in delete objects must be 0 or 1');
      const matched = select(call, name, { filter: docField(statement, 'q'), limit });
      for (const document of matched) call.state.storage.find(call.database, name)?.remove(document);
      n += matched.length;
    });
    return { n, ...failed };
  },
};

const findAndModify: Command = {
  options: ['query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert', 'bypassDocumentValidation', 'hint'],
  run(call) {
    const name = collectionName(call, 'findAndModify');
    const { update: change, remove, upsert } = call.body;
    if ((remove === true) === (change !== undefined))
      throw new CommandError(9, 'FailedToParse', 'Either an update or remove=true must be specified');
    const filter = docField(call.body, 'query');
    const project = projector(docField(call.body, 'fields'), call.now);
    const collection = call.state.storage.open(call.database, name);
    const [found] = select(call, name, { filter, sort: docField(call.body, 'sort'), limit: 1 });
    const wantsNew = call.body['new'] === true;

    if (found && remove === true) {
      collection.remove(found);
      return { lastErrorObject: { n: 1 }, value: project(found) };
    }
    if (found) {
      const next = applyUpdate(found, change, call.now);
      collection.replace(found, next);
      return { lastErrorObject: { n: 1, updatedExisting: true }, value: project(wantsNew ? next : found) };
    }
    if (remove === true) return { lastErrorObject: { n: 0 }, value: null };
    if (upsert !== true) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
    const inserted = collection.insert(documentToInsert(filter, change, call.now));
    return {
      lastErrorObject: { n: 1, updatedExisting: false, upserted: inserted['_id'] },
      value: wantsNew ? project(inserted) : null,
    };
  },
};

export const writes = { insert, update, delete: deleteCommand, findAndModify };
