import fc from 'fast-check';

// A mutant is killed by the first failure: to look for the shortest one takes minutes. Properties
// that say how often they are tried keep that number.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true, numRuns: 30 });
