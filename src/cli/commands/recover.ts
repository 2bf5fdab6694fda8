import { StoreDamagedError } from '../../contract/errors.js';
import { JsonFileStore } from '../../stores/json-file/json-file-store.js';
import { type Command, type Context, print, printJson } from '../command.js';
import { confirm } from '../confirm.js';
import { EXIT } from '../exit-codes.js';
import { storeLocation } from '../location.js';
import { fileStore, storeOptions } from '../open-store.js';
import { UsageError } from '../usage-error.js';

/** `recover`: saves what can be read of a damaged file. */
export const recover: Command = {
  name: 'recover',
  summary: 'save what can be read of a damaged file; the damaged one is kept beside it',
  details: ['A code that cannot be read counts as new, and may be sent again. Restore a backup first if there is one.'],
  options: [['--yes', 'do not ask']],
  examples: ['recover --store ./sent-codes.json'],
  exits: ['0  recovered, or nothing is damaged', '1  not confirmed', '2  wrong call', '3  store error'],
  run: async (context) => {
    const location = storeLocation(context);
    if (location.kind !== 'file') throw new UsageError('A database is not recovered here. recover is for a file.');
    const { path } = location;
    const damage = await damageOf(context, path);
    if (damage === undefined) {
      if (context.flags.has('json')) await printJson(context, { path, damaged: false, codes: null });
      else await print(context, `${path} is not damaged.`);
      return EXIT.ok;
    }
    context.terminal.warn(`${damage.message}\n`);
    if (!(await confirm(context, 'Save what can be read? Codes that cannot be read may be sent again.'))) {
      await print(context, 'Nothing was changed.');
      return EXIT.no;
    }
    const lockTimeoutMs = context.flags.number('wait') ?? 0;
    const store = new JsonFileStore({ ...storeOptions(context), path, create: 'never', recover: true, lockTimeoutMs });
    let codes = 0;
    try {
      for await (const guildId of store.listGuilds()) codes += (await store.stats(guildId)).total;
    } finally {
      await store.close();
    }
    if (context.flags.has('json')) await printJson(context, { path, damaged: true, codes });
    else await print(context, `Recovered ${codes} sent codes. The damaged files are kept as ${path}.damaged-*.`);
    return EXIT.ok;
  },
};

async function damageOf(context: Context, path: string): Promise<StoreDamagedError | undefined> {
  const store = fileStore(context, path, 'read');
  try {
    await store.ping();
    return undefined;
  } catch (error) {
    if (error instanceof StoreDamagedError) return error;
    throw error;
  } finally {
    await store.close();
  }
}
