/**
 * What is mutated, and which tests must notice: those that concern the folder, so that a target ends
 * in minutes. Only `tests` judge; `mongo` starts the server of the tests.
 */
export const targets = {
  domain: {
    mutate: ['src/domain/**/*.ts'],
    tests: [
      'test/unit/domain/**/*.test.ts',
      'test/unit/core/identities.test.ts',
      'test/unit/error-json.test.ts',
      'test/property/{identity,state-machine,url-identity}.test.ts',
    ],
  },
  core: {
    mutate: ['src/core/**/*.ts'],
    tests: [
      'test/unit/core/**/*.test.ts',
      'test/unit/option-errors.test.ts',
      'test/unit/delivery/reset-guild.test.ts',
      'test/conformance/{memory,plain-list}.test.ts',
      'test/property/{memory-histories,url-identity}.test.ts',
    ],
  },
  delivery: {
    mutate: ['src/delivery/**/*.ts'],
    tests: [
      'test/unit/delivery/**/*.test.ts',
      'test/unit/option-errors.test.ts',
      'test/unit/log-lines.test.ts',
      'test/property/asking.test.ts',
    ],
  },
  mongo: {
    mutate: [
      'src/stores/mongo/{claim-operation,conditions,mark-operations,mark-records,owner-steps,removals,settlement-operations,write-in-order}.ts',
    ],
    tests: [
      'test/unit/mongo/**/*.test.ts',
      'test/conformance/mongo.test.ts',
      'test/fault/mongo/{owner-steps,late-removals,between-look-up-and-mark,between-look-up-and-claim,refusals}.test.ts',
    ],
    mongo: true,
  },
};
