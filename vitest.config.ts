import { defineConfig } from 'vitest/config'

/** Five projects: pure and component tests; on a real API server; in a real terminal; in a real browser; on a real node. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/browser/**', 'test/cluster/**', 'test/e2e/**', 'test/live/**', 'test/node/**', 'node_modules/**'],
          env: { FORCE_COLOR: '3', COLUMNS: '80', LINES: '24' },
          setupFiles: ['test/setup.ts'],
          testTimeout: process.env.KUBEHARDEN_LONG ? 300_000 : 20_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts', 'test/live/**/*.test.ts'],
          // What takes many minutes is only there in the long run.
          exclude: process.env.KUBEHARDEN_LONG ? ['node_modules/**'] : ['test/live/long/**', 'node_modules/**'],
          setupFiles: ['test/setup.ts'],
          globalSetup: ['test/cluster/globalSetup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/cluster/globalSetup.ts', 'test/e2e/globalSetup.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          setupFiles: ['test/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'node',
          // What takes many minutes is only there in the long run: a skipped test would count as failed.
          include: ['test/node/*.test.ts', ...(process.env.KUBEHARDEN_LONG ? ['test/node/long/*.test.ts'] : [])],
          globalSetup: ['test/cluster/node/globalSetup.ts', 'test/e2e/globalSetup.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
})
