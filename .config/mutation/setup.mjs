import fc from 'fast-check';

// A mutant is killed by the first failure: to look for the shortest one takes minutes.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
