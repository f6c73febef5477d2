import { defineConfig } from "vitest/config"

// Workspace packages resolve to their sources, so that tests need no build.
const conditions = ["@syncline/source", "node", "import", "module", "default"]

// SYNCLINE_RUNS=1000000 npm test -- packages/diff: that many runs of each property which sets no number of its own.
const longRun = process.env["SYNCLINE_RUNS"] !== undefined

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "test/**/*.test.ts",
      "bench/**/*.test.ts",
      "examples/**/*.test.ts",
      "scripts/**/*.test.ts"
    ],
    setupFiles: longRun ? ["scripts/test/property-runs.ts"] : [],
    testTimeout: longRun ? 7_200_000 : 60_000,
    hookTimeout: 60_000,
    // Native modules and child processes: one process a file, as many as cores.
    pool: "forks"
  }
})
