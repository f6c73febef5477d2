import { availableParallelism } from "node:os"
import { join } from "node:path"
import { defineConfig, type TestProjectConfiguration } from "vitest/config"
import { SlowestFilesReporter } from "./scripts/test/slowest-files-reporter.ts"

// Workspace packages resolve to their sources, so that tests need no build.
const conditions = ["@syncline/source", "node", "import", "module", "default"]

// SYNCLINE_RUNS=1000000 npm test -- packages/diff: that many runs of each property which sets no number of its own.
const longRun = process.env["SYNCLINE_RUNS"] !== undefined

// Programs that tests start spend most of their time compiling the same sources; Node keeps what it made of them here.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/node-compile")

// These replace globals and load modules anew, in processes of their own.
const replacingGlobals = [
  "packages/diff/src/platform/platform.test.ts",
  "packages/diff/src/binary/mixing/mixing-failure.test.ts"
]

/** Pure packages: their files share processes, and what these have loaded. To start and load anew takes longer than most of them. */
const pure = ["packages/{clock,diff}/src/**/*.test.ts"]

const others = [
  ...replacingGlobals,
  "packages/!(clock|diff)/src/**/*.test.ts",
  "{test,bench,examples,scripts}/**/*.test.ts"
]

// Of a project it would take the place of what is said for all.
const forLongRuns = longRun ? ["scripts/test/property-runs.ts"] : []

function project(
  name: string,
  include: string[],
  options: { readonly isolate: boolean; readonly setupFiles?: readonly string[]; readonly exclude?: string[] }
): TestProjectConfiguration {
  const { isolate, setupFiles = [], exclude = [] } = options
  return {
    extends: true,
    test: {
      name,
      isolate,
      include,
      exclude: [...exclude, "**/node_modules/**"],
      setupFiles: [...forLongRuns, ...setupFiles]
    }
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      project("others", others, { isolate: true, setupFiles: ["scripts/test/preload-parts.ts"] }),
      project("pure", pure, { isolate: false, exclude: replacingGlobals })
    ],
    reporters: ["default", new SlowestFilesReporter(), ["json", { outputFile: ".tmp/vitest.json" }]],
    testTimeout: longRun ? 7_200_000 : 60_000,
    hookTimeout: 60_000,
    // Native modules and child processes. By itself vitest leaves one core to the process that only hands out files.
    pool: "forks",
    // A real Qdrant server is one for all files: they empty it, so they take turns.
    maxWorkers: process.env["QDRANT_URL"] === undefined ? availableParallelism() : 1
  }
})
