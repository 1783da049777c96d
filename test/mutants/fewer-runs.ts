import fc from 'fast-check';

/** A mutant is held against every test that reaches it, hundreds of times over: a share of the inputs must do. */
fc.configureGlobal({ numRuns: 20 });
