const cleanUps: (() => Promise<unknown>)[] = [];

/** Keeps what is to be done after the test file that runs now. From within a hook, vitest's `afterAll` registers nothing. */
export function afterFile(cleanUp: () => Promise<unknown>): void {
  cleanUps.push(cleanUp);
}

/** Does what {@link afterFile} was given, the last first; also what is given meanwhile. */
export async function cleanUpAfterFile(): Promise<void> {
  for (let cleanUp = cleanUps.pop(); cleanUp; cleanUp = cleanUps.pop()) await cleanUp();
}
