import { defineConfig } from "vitest/config"

// Workspace packages resolve to their sources, so that tests need no build.
const conditions = ["@syncline/source", "node", "import", "module", "default"]

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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Native modules and child processes: one process a file, as many as cores.
    pool: "forks"
  }
})
