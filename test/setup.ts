import fc from 'fast-check'

// `npm run test:long` tries ten times as many random cases; a test that sets its own number keeps it.
if (process.env.KUBEHARDEN_LONG) fc.configureGlobal({ numRuns: 1000, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false })
