import { JsonFileStore, SentCodeStoreError } from 'sent-code-store';

/**
 * Opens a file. Prints `STORE_LOCKED`, or what is missing of the codes that the process before it
 * was acknowledged, `lastNumber` the last of them: `whole` if nothing is.
 */
async function main(path: string, lastNumber: number): Promise<string> {
  const store = new JsonFileStore({ path, create: 'never', lockTimeoutMs: 0 });
  try {
    const codes = Array.from({ length: lastNumber + 1 }, (_, number) => `code ${number}`);
    const missing = await store.filterUnsent('1', codes);
    const state = (await store.states('1', ['claimed'])).get('claimed');
    return missing.length === 0 && state === 'uncertain' ? 'whole' : `missing: ${missing.join()}; claimed is ${state}`;
  } catch (error) {
    if (error instanceof SentCodeStoreError) return error.code;
    throw error;
  } finally {
    await store.close();
  }
}

void main(process.argv[2]!, Number(process.argv[3])).then((answer) => console.log(answer));
