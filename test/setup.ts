import fc from 'fast-check'

// The test command tries the same cases each time, so that a change is judged and not the dice; `npm run test:long` throws
// new ones, ten times as many. A test that sets its own number or seed keeps it.
fc.configureGlobal(
  process.env.KUBEHARDEN_LONG ? { numRuns: 1000, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false } : { seed: 20261122 },
)
