/** What the tests are told about the MongoDB server of the run. */
export interface MongoServerInfo {
  /** With the credentials, if there are any: not for printing. */
  readonly uri: string;
  readonly kind: 'in-process' | 'documentdb' | 'mongod';
  /** False if the server refuses `configureFailPoint`. */
  readonly hasFailPoints: boolean;
  /** True if the fail point can run a command and then drop the connection without an answer (`closeAfter`). mongod cannot. */
  readonly hasCloseAfter: boolean;
  /** True if a fail point can be limited to the clients of one `appName`, so that it concerns no other test file. */
  readonly hasScopedFailPoints: boolean;
}

declare module 'vitest' {
  interface ProvidedContext {
    mongo: MongoServerInfo;
  }
}
