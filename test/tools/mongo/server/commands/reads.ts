import { DEFAULT_FIRST_BATCH } from '../cursors.js';
import { badValue } from '../errors.js';
import { matcher, projector, runPipeline } from '../evaluate.js';
import { sorting } from '../operators/stages.js';
import { fieldOf, isDoc, keyOf, type Doc } from '../values.js';
import { collectionName, docField, numberField, type Call, type Command } from './command.js';

interface Selection {
  readonly filter: Doc;
  readonly sort?: Doc | undefined;
  readonly skip?: number | undefined;
  /** 0 or missing: all. */
  readonly limit?: number | undefined;
}

/** The documents of a collection that match, in the order asked for; none if there is no such collection. */
export function select(call: Call, name: string, { filter, sort = {}, skip = 0, limit = 0 }: Selection): Doc[] {
  const matches = matcher(filter, call.now);
  const isSorted = Object.keys(sort).length > 0;
  const end = limit === 0 ? Infinity : skip + limit;
  const found: Doc[] = [];
  for (const document of call.state.storage.find(call.database, name)?.candidates(filter) ?? []) {
    if (!isSorted && found.length >= end) break;
    if (matches(document)) found.push(document);
  }
  if (isSorted) found.sort(sorting(sort));
  return found.slice(skip, end);
}

const selectionOf = (body: Doc, filter: string): Selection => ({
  filter: docField(body, filter),
  sort: docField(body, 'sort'),
  skip: numberField(body, 'skip'),
  limit: Math.abs(numberField(body, 'limit') ?? 0),
});

const find: Command = {
  options: [
    'filter',
    'projection',
    'sort',
    'limit',
    'skip',
    'batchSize',
    'singleBatch',
    'hint',
    'noCursorTimeout',
    'allowDiskUse',
  ],
  run(call) {
    const name = collectionName(call, 'find');
    const selection = selectionOf(call.body, 'filter');
    const documents = select(call, name, selection).map(projector(docField(call.body, 'projection'), call.now));
    const limit = selection.limit ?? 0;
    return call.state.cursors.first(
      `${call.database}.${name}`,
      documents,
      numberField(call.body, 'batchSize') ?? DEFAULT_FIRST_BATCH,
      {
        endIsKnown: limit > 0 && documents.length === limit,
        singleBatch: call.body['singleBatch'] === true,
      },
    );
  },
};

const aggregate: Command = {
  options: ['pipeline', 'cursor', 'allowDiskUse', 'hint', 'bypassDocumentValidation'],
  run(call) {
    const name = collectionName(call, 'aggregate');
    const { pipeline } = call.body;
    const batchSize = numberField(docField(call.body, 'cursor'), 'batchSize') ?? DEFAULT_FIRST_BATCH;
    const first: unknown = Array.isArray(pipeline) ? pipeline[0] : undefined;
    const filter = isDoc(first) && isDoc(first['$match']) ? first['$match'] : {};
    const input = call.state.storage.find(call.database, name)?.candidates(filter) ?? [];
    return call.state.cursors.first(`${call.database}.${name}`, runPipeline(pipeline, input, call.now), batchSize);
  },
};

const getMore: Command = {
  options: ['collection', 'batchSize'],
  run(call) {
    const namespace = `${call.database}.${collectionName(call, 'collection')}`;
    const batchSize = numberField(call.body, 'batchSize') ?? 0;
    return call.state.cursors.more(BigInt(String(call.body['getMore'])), namespace, batchSize === 0 ? Infinity : batchSize);
  },
};

const killCursors: Command = {
  options: ['cursors'],
  run(call) {
    const { cursors } = call.body;
    if (!Array.isArray(cursors)) throw badValue('cursors must be an array');
    const ids = cursors.map((id) => BigInt(String(id)));
    const killed = ids.filter((id) => call.state.cursors.kill(id));
    return {
      cursorsKilled: killed,
      cursorsNotFound: ids.filter((id) => !killed.includes(id)),
      cursorsAlive: [],
      cursorsUnknown: [],
    };
  },
};

const count: Command = {
  options: ['query', 'limit', 'skip', 'hint', 'fields'],
  run: (call) => ({ n: select(call, collectionName(call, 'count'), selectionOf(call.body, 'query')).length }),
};

const distinct: Command = {
  options: ['key', 'query', 'hint'],
  run(call) {
    const path = String(call.body['key']);
    if (path.includes('.')) throw badValue('distinct by a dotted path is not supported by the in-process server of the tests');
    const values = new Map<string, unknown>();
    for (const document of select(call, collectionName(call, 'distinct'), { filter: docField(call.body, 'query') })) {
      const value = fieldOf(document, path);
      for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) values.set(keyOf(item), item);
    }
    return { values: [...values.values()] };
  },
};

export const reads = { find, aggregate, getMore, killCursors, count, distinct };
